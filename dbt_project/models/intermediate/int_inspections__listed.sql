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

listed as (
    select
        ranked.county_ags,
        ranked.inspection_id,
        ranked.offer_id,
        offers.municipality_code,
        ranked.inspection_kind,
        coalesce(types.inspection_area_code, 'unknown') as inspection_area_code,
        coalesce(types.inspection_area_label_de, 'Unbekannt') as inspection_area_label,
        cast(
            extract(year from coalesce(ranked.inspection_date, ranked.reference_date)) as integer
        ) as reference_year,
        coalesce(ranked.inspection_date, ranked.reference_date) as inspection_date,
        ranked.is_planned,
        ranked.is_done,
        ranked.not_done_reason,
        ranked.deficiency_count,
        ranked.led_to_advice,
        ranked.led_to_order,
        ranked.source_sha256,
        ranked.published_at,
        ranked.recorded_at
    from ranked
    left join {{ ref('int_offers__latest') }} as offers on ranked.offer_id = offers.offer_id
    left join {{ ref('offer_type') }} as types on offers.offer_type_code = types.offer_type_code
    where ranked.place_from_newest = 1
),

-- A planned inspection that was not held may have been made up for: the next of its kind there.
made_up as (
    select
        missed.inspection_id,
        min(held.reference_year) as made_up_year
    from listed as missed
    inner join listed as held
        on
            missed.offer_id = held.offer_id
            and missed.inspection_kind = held.inspection_kind
            and missed.inspection_date <= held.inspection_date
            and missed.inspection_id <> held.inspection_id
    where missed.is_planned and not missed.is_done and held.is_done
    group by missed.inspection_id
)

select
    listed.*,
    made_up.made_up_year
from listed
left join made_up on listed.inspection_id = made_up.inspection_id
