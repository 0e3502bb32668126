select
    county_ags,
    reference_year,
    inspection_kind,
    inspection_area_code,
    inspection_area_label,
    count(*) as inspections_count,
    count(case when is_planned then 1 end) as planned_count,
    count(case when is_done then 1 end) as done_count,
    count(case when is_planned and is_done then 1 end) as planned_done_count,
    count(case when is_planned and not is_done then 1 end) as planned_not_done_count,
    count(case when is_planned and not is_done and not_done_reason is null then 1 end)
        as not_done_without_reason_count,
    {{ text_list('case when not is_done then not_done_reason end') }} as not_done_reasons,
    {{ sum_of('deficiency_count') }} as deficiencies_count,
    {{ sum_of('case led_to_advice when true then 1 when false then 0 end') }} as advice_count,
    {{ sum_of('case led_to_order when true then 1 when false then 0 end') }} as orders_count,
    'count of inspections by the year of their date; the newest word on each counts' as method,
    {{ text_list('source_sha256') }} as source_sha256,
    max(published_at) as published_at,
    max(recorded_at) as recorded_at
from {{ ref('int_inspections__listed') }}
group by county_ags, reference_year, inspection_kind, inspection_area_code, inspection_area_label
