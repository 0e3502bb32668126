-- Offers on a reference date with the home that they are part of and who runs it. Per home and so
-- internal.
select
    measured.*,
    coalesce(measured.site_id, measured.offer_id) as home_id,
    listed.provider_name as operator_name
from {{ ref('int_offers__measured') }} as measured
inner join {{ ref('stg_wtg__offers') }} as listed
    on
        measured.reference_date = listed.reference_date
        and measured.offer_id = listed.offer_id
