with inspections as (
    select * from {{ ref('int_inspections__by_area') }}
),

years as (
    select distinct reference_year
    from inspections
    where region_level = 'Kreis'
),

all_periods as (
    {{ report_periods('years') }}
),

-- Every row of a period rests on the same files, one with nothing to count too.
periods as (
    select
        all_periods.from_year,
        all_periods.to_year,
        {{ text_list('inspections.source_sha256') }} as source_sha256,
        max(inspections.published_at) as published_at,
        max(inspections.recorded_at) as recorded_at
    from all_periods
    inner join inspections
        on inspections.reference_year between all_periods.from_year and all_periods.to_year
    where inspections.region_level = 'Kreis'
    group by all_periods.from_year, all_periods.to_year
),

groups as (
    select
        region_level,
        region_code,
        inspection_kind,
        inspection_area_code,
        max(region_name) as region_name,
        max(inspection_area_label) as inspection_area_label
    from inspections
    group by region_level, region_code, inspection_kind, inspection_area_code
),

counted as (
    select
        periods.from_year,
        periods.to_year,
        groups.region_level,
        groups.region_code,
        groups.inspection_kind,
        groups.inspection_area_code,
        groups.region_name,
        groups.inspection_area_label,
        count(inspections.inspection_id) as inspections_count,
        count(distinct inspections.offer_id) as offers_count,
        count(case when inspections.is_planned then 1 end) as planned_count,
        count(case when inspections.is_done then 1 end) as done_count,
        count(case when inspections.is_planned and inspections.is_done then 1 end)
            as planned_done_count,
        count(case when inspections.is_planned and not inspections.is_done then 1 end)
            as planned_not_done_count,
        count(case when inspections.is_planned and inspections.is_done is null then 1 end)
            as planned_outcome_unknown_count,
        count(
            case
                when
                    inspections.is_planned
                    and not inspections.is_done
                    and coalesce(inspections.made_up_year > periods.to_year, true)
                    then 1
            end
        ) as planned_never_held_count,
        {{ sum_of('inspections.deficiency_count') }} as deficiencies_count,
        {{ sum_of('case inspections.led_to_advice when true then 1 when false then 0 end') }}
            as advice_count,
        {{ sum_of('case inspections.led_to_order when true then 1 when false then 0 end') }}
            as orders_count,
        periods.source_sha256,
        periods.published_at,
        periods.recorded_at
    from periods
    cross join groups
    left join inspections
        on
            inspections.reference_year between periods.from_year and periods.to_year
            and groups.region_level = inspections.region_level
            and groups.region_code = inspections.region_code
            and groups.inspection_kind = inspections.inspection_kind
            and groups.inspection_area_code = inspections.inspection_area_code
    group by
        periods.from_year,
        periods.to_year,
        groups.region_level,
        groups.region_code,
        groups.inspection_kind,
        groups.inspection_area_code,
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
    counted.inspection_kind,
    counted.inspection_area_code,
    counted.region_name,
    counted.inspection_area_label,
    counted.inspections_count,
    counted.offers_count,
    counted.planned_count,
    counted.done_count,
    counted.planned_done_count,
    counted.planned_not_done_count,
    counted.planned_outcome_unknown_count,
    counted.planned_never_held_count,
    counted.planned_done_count / nullif(counted.planned_count, 0) as planned_done_share,
    counted.deficiencies_count,
    counted.advice_count,
    counted.orders_count,
    counted.planned_count - before.planned_count as change_planned_count,
    counted.done_count - before.done_count as change_done_count,
    counted.planned_not_done_count - before.planned_not_done_count
        as change_planned_not_done_count,
    'inspections by the year of their date, in one year and in two; the newest word on each counts'
        as method,
    counted.source_sha256,
    counted.published_at,
    counted.recorded_at
from counted
left join counted as before
    on
        {{ is_period_before('before', 'counted') }}
        and counted.region_level = before.region_level
        and counted.region_code = before.region_code
        and counted.inspection_kind = before.inspection_kind
        and counted.inspection_area_code = before.inspection_area_code
