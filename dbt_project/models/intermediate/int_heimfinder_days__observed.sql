-- Of several answers of one day the last one seen counts; one that lies in quarantine is none.
with readable as (
    select distinct source_sha256
    from {{ ref('stg_wtg__heimfinder_homes') }}
),

observed as (
    select
        sightings.seen_on,
        sightings.source_sha256,
        min(sightings.seen_at) as first_seen_at,
        max(sightings.seen_at) as last_seen_at
    from {{ ref('stg_kreishaus__sightings') }} as sightings
    inner join readable on sightings.source_sha256 = readable.source_sha256
    where
        sightings.source = 'wtg'
        and sightings.dataset = 'heimfinder'
        and {{ known_by_as_of('sightings.seen_at') }}
    group by sightings.seen_on, sightings.source_sha256
),

ranked as (
    select
        *,
        row_number() over (
            partition by seen_on
            order by last_seen_at desc, source_sha256 asc
        ) as place_from_newest
    from observed
)

select
    seen_on as reference_date,
    source_sha256,
    first_seen_at as recorded_at
from ranked
where place_from_newest = 1
