with ranked as (
    select
        offer_id,
        site_id,
        offer_type_code,
        municipality_code,
        row_number() over (partition by offer_id order by reference_date desc) as place_from_newest
    from {{ ref('stg_wtg__offers') }}
)

select
    offer_id,
    site_id,
    offer_type_code,
    municipality_code
from ranked
where place_from_newest = 1
