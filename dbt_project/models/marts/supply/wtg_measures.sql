with complaints as (
    select *
    from {{ ref('int_complaints__listed') }}
),

measures as (
    select *
    from {{ ref('int_wtg_measures__by_area') }}
),

-- A year in which complaints came in and no measure was taken is a year with none.
years as (
    select distinct reference_year
    from complaints
    where reference_year is not null
),

all_periods as (
    {{ report_periods('years') }}
),

periods as (
    select
        all_periods.from_year,
        all_periods.to_year,
        {{ text_list('complaints.source_sha256') }} as source_sha256,
        max(complaints.published_at) as published_at,
        max(complaints.recorded_at) as recorded_at
    from all_periods
    inner join complaints
        on complaints.reference_year between all_periods.from_year and all_periods.to_year
    group by all_periods.from_year, all_periods.to_year
),

groups as (
    select
        region_level,
        region_code,
        inspection_area_code,
        measure_label,
        max(region_name) as region_name,
        max(inspection_area_label) as inspection_area_label
    from measures
    group by region_level, region_code, inspection_area_code, measure_label
),

counted as (
    select
        periods.from_year,
        periods.to_year,
        groups.region_level,
        groups.region_code,
        groups.inspection_area_code,
        groups.measure_label,
        groups.region_name,
        groups.inspection_area_label,
        count(measures.complaint_id) as measures_count,
        count(distinct coalesce(measures.site_id, measures.offer_id)) as sites_count,
        count(measures.affected_places) as measures_with_places_count,
        {{ sum_of('measures.affected_places') }} as affected_places,
        min(measures.measure_from_date) as first_from_date,
        max(measures.measure_to_date) as last_to_date,
        count(
            case
                when measures.measure_from_date is not null and measures.measure_to_date is null
                    then 1
            end
        ) as without_end_count,
        {{ sum_of(
            days_between('measures.measure_from_date', 'measures.measure_to_date') ~ ' + 1'
        ) }}
            as days_count,
        periods.source_sha256,
        periods.published_at,
        periods.recorded_at
    from periods
    cross join groups
    left join measures
        on
            measures.reference_year between periods.from_year and periods.to_year
            and groups.region_level = measures.region_level
            and groups.region_code = measures.region_code
            and groups.inspection_area_code = measures.inspection_area_code
            and groups.measure_label = measures.measure_label
    group by
        periods.from_year,
        periods.to_year,
        groups.region_level,
        groups.region_code,
        groups.inspection_area_code,
        groups.measure_label,
        groups.region_name,
        groups.inspection_area_label,
        periods.source_sha256,
        periods.published_at,
        periods.recorded_at
)

select
    counted.from_year,
    counted.to_year,
    counted.region_level,
    counted.region_code,
    counted.inspection_area_code,
    counted.measure_label,
    counted.region_name,
    counted.inspection_area_label,
    counted.measures_count,
    counted.sites_count,
    counted.measures_with_places_count,
    counted.affected_places,
    counted.first_from_date,
    counted.last_to_date,
    counted.without_end_count,
    counted.days_count,
    counted.measures_count - before.measures_count as change_measures_count,
    counted.affected_places - before.affected_places as change_affected_places,
    'measures by the year in which they began or, where that is not stated, the complaint came in'
        as method,
    case
        when counted.measures_with_places_count < counted.measures_count
            then 'some measures do not say how many places they affect'
    end as caveat,
    counted.source_sha256,
    counted.published_at,
    counted.recorded_at
from counted
left join counted as before
    on
        {{ is_period_before('before', 'counted') }}
        and counted.region_level = before.region_level
        and counted.region_code = before.region_code
        and counted.inspection_area_code = before.inspection_area_code
        and counted.measure_label = before.measure_label
