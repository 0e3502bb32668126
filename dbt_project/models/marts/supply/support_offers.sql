select
    offers.reference_date,
    areas.region_level,
    areas.region_code,
    offers.support_kind,
    max(areas.region_name) as region_name,
    count(*) as offers_count,
    count(case when offers.is_for_children then 1 end) as offers_for_children_count,
    'count of the recognised offers of the reference date' as method,
    max(offers.source_sha256) as source_sha256,
    max(offers.published_at) as published_at,
    max(offers.recorded_at) as recorded_at,
    max(offers.revision) as revision
from {{ ref('stg_wtg__support_offers') }} as offers
inner join {{ ref('int_municipalities__areas') }} as areas
    on
        offers.municipality_code = areas.municipality_code
        and coalesce(offers.reference_date >= areas.valid_from, true)
        and coalesce(offers.reference_date <= areas.valid_to, true)
group by
    offers.reference_date,
    areas.region_level,
    areas.region_code,
    offers.support_kind
