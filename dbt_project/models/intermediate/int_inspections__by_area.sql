select
    areas.region_level,
    areas.region_code,
    areas.region_name,
    inspections.*
from {{ ref('int_inspections__listed') }} as inspections
inner join {{ ref('int_municipalities__areas') }} as areas
    -- An inspection of an offer that nobody knows is the county's all the same.
    on coalesce(inspections.municipality_code, inspections.county_ags) = areas.municipality_code
left join {{ ref('int_inspection_areas__shown') }} as shown
    on
        inspections.municipality_code = shown.municipality_code
        and inspections.inspection_area_code = shown.inspection_area_code
where
    areas.region_level = 'Kreis'
    or (areas.region_level = 'Gemeinde' and shown.is_shown)
