-- Measures once for the county and, where enough offers lie in it, for their municipality. Grain:
-- region x complaint.
select
    areas.region_level,
    areas.region_code,
    areas.region_name,
    coalesce(types.inspection_area_code, 'unknown') as inspection_area_code,
    coalesce(types.inspection_area_label_de, 'Unbekannt') as inspection_area_label,
    complaints.measure_taken as measure_label,
    complaints.complaint_id,
    complaints.offer_id,
    offers.site_id,
    complaints.reference_year,
    complaints.measure_from_date,
    complaints.measure_to_date,
    complaints.affected_places
from {{ ref('int_complaints__listed') }} as complaints
left join {{ ref('int_offers__latest') }} as offers on complaints.offer_id = offers.offer_id
left join {{ ref('offer_type') }} as types on offers.offer_type_code = types.offer_type_code
inner join {{ ref('int_municipalities__areas') }} as areas
    on coalesce(offers.municipality_code, complaints.county_ags) = areas.municipality_code
left join {{ ref('int_inspection_areas__shown') }} as shown
    on
        offers.municipality_code = shown.municipality_code
        and types.inspection_area_code = shown.inspection_area_code
where
    complaints.measure_taken is not null
    and (
        areas.region_level = 'Kreis'
        or (areas.region_level = 'Gemeinde' and shown.is_shown)
    )
