with missed as (
    select
        *,
        coalesce(not_done_reason, 'ohne Angabe') as reason_label
    from {{ ref('int_inspections__by_area') }}
    where is_planned and not is_done
),

-- A year without a missed inspection is a year all the same.
years as (
    select distinct reference_year
    from {{ ref('int_inspections__by_area') }}
    where region_level = 'Kreis'
),

periods as (
    {{ report_periods('years') }}
)

select
    periods.from_year,
    periods.to_year,
    missed.region_level,
    missed.region_code,
    missed.inspection_kind,
    missed.inspection_area_code,
    missed.reason_label,
    max(missed.region_name) as region_name,
    max(missed.inspection_area_label) as inspection_area_label,
    count(*) as not_held_count,
    count(case when coalesce(missed.made_up_year > periods.to_year, true) then 1 end)
        as never_held_count,
    'planned inspections that were not held, by the reason as written' as method,
    {{ text_list('missed.source_sha256') }} as source_sha256,
    max(missed.published_at) as published_at,
    max(missed.recorded_at) as recorded_at
from periods
inner join missed on missed.reference_year between periods.from_year and periods.to_year
group by
    periods.from_year,
    periods.to_year,
    missed.region_level,
    missed.region_code,
    missed.inspection_kind,
    missed.inspection_area_code,
    missed.reason_label
