select
    reference_date,
    region_level,
    region_code,
    offer_type_code,
    max(region_name) as region_name,
    count(*) as offers_count,
    -- Of offers without a site nobody knows how many stand at one place.
    case when count(site_id) = count(*) then count(distinct site_id) end as sites_count,
    {{ sum_of('contracted_places') }} as places,
    {{ sum_of('embedded_short_term_places') }} as embedded_short_term_places,
    {{ sum_of('fixed_short_term_places') }} as fixed_short_term_places,
    {{ sum_of('special_unit_places') }} as special_unit_places,
    {{ sum_of('single_rooms') }} as single_rooms_count,
    {{ sum_of('double_rooms') }} as double_rooms_count,
    'sum over the offers in operation on the reference date' as method,
    case
        when count(contracted_places) between 1 and count(*) - 1
            then 'some offers did not report their places'
    end as caveat,
    max(source_sha256) as source_sha256,
    max(published_at) as published_at,
    max(recorded_at) as recorded_at,
    max(revision) as revision
from {{ ref('int_offers__by_area') }}
group by reference_date, region_level, region_code, offer_type_code
