-- A workbook lists complaints and measures again that an earlier one held: the newest word counts.
with ranked as (
    select
        *,
        row_number() over (
            partition by complaint_id
            order by reference_date desc
        ) as place_from_newest
    from {{ ref('stg_wtg__complaints') }}
)

select
    county_ags,
    complaint_id,
    offer_id,
    received_date,
    is_confirmed,
    measure_taken,
    measure_from_date,
    measure_to_date,
    -- When the measure began or, where that is not stated or none was taken, the complaint came in.
    cast(extract(year from coalesce(measure_from_date, received_date)) as integer)
        as reference_year,
    affected_places,
    source_sha256,
    published_at,
    recorded_at
from ranked
where place_from_newest = 1
