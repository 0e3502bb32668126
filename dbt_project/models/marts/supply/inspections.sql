-- A workbook lists inspections again that an earlier one held: the newest word on each counts.
with ranked as (
    select
        *,
        row_number() over (
            partition by inspection_id
            order by reference_date desc
        ) as place_from_newest
    from {{ ref('stg_wtg__inspections') }}
),

inspected as (
    select
        cast(
            extract(year from coalesce(ranked.inspection_date, ranked.reference_date)) as integer
        ) as reference_year,
        ranked.inspection_kind,
        coalesce(types.inspection_area_code, 'unknown') as inspection_area_code,
        coalesce(types.inspection_area_label_de, 'Unbekannt') as inspection_area_label,
        ranked.is_planned,
        ranked.is_done,
        ranked.not_done_reason,
        ranked.deficiency_count,
        ranked.led_to_advice,
        ranked.led_to_order,
        ranked.source_sha256,
        ranked.published_at,
        ranked.known_since
    from ranked
    left join {{ ref('int_offers__latest') }} as offers on ranked.offer_id = offers.offer_id
    left join {{ ref('offer_type') }} as types on offers.offer_type_code = types.offer_type_code
    where ranked.place_from_newest = 1
)

select
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
    max(known_since) as known_since
from inspected
group by reference_year, inspection_kind, inspection_area_code, inspection_area_label
