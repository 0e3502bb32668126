select
    areas.region_level,
    areas.region_code,
    areas.region_name,
    offers.*
from {{ ref('int_offers__measured') }} as offers
inner join {{ ref('int_municipalities__areas') }} as areas
    on
        offers.municipality_code = areas.municipality_code
        and coalesce(offers.reference_date >= areas.valid_from, true)
        and coalesce(offers.reference_date <= areas.valid_to, true)
