{{ config(materialized='table') }}

with known as (
    select *
    from {{ ref('stg_kreishaus__batches') }}
    where
        {{ known_by_as_of('in_force_from', 'published_at') }}
        -- What stood in the county's lists before they came is not known: the first stands for it.
        or (source = 'county' and revision = 1)
),

ranked as (
    select
        *,
        row_number() over (
            partition by source, dataset, period
            order by revision desc
        ) as place_from_newest
    from known
)

select
    county_ags,
    source,
    dataset,
    period,
    source_sha256,
    label,
    published_at,
    retrieved_at,
    in_force_from,
    revision
from ranked
where place_from_newest = 1
