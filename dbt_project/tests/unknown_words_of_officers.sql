-- Words that the seeds do not know yet: the marts count them as other, or as in operation.
{{ config(severity='warn') }}

select
    'unusable_reason' as seed_name,
    occupancy.unusable_reason as word
from {{ ref('stg_wtg__occupancy') }} as occupancy
left join {{ ref('unusable_reason') }} as known
    on lower(occupancy.unusable_reason) = lower(known.reason_label)
where occupancy.unusable_reason is not null and known.reason_label is null
union
select
    'offer_status' as seed_name,
    offers.operating_status as word
from {{ ref('stg_wtg__offers') }} as offers
left join {{ ref('offer_status') }} as known
    on lower(offers.operating_status) = lower(known.operating_status)
where offers.operating_status is not null and known.operating_status is null
