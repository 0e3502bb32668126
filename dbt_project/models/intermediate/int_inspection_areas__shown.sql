-- Where few offers of an area lie in a municipality, its figures would speak of single homes. One
-- municipality that is left out alone could be had from the county's figure: the next smallest
-- goes with it.
with counted as (
    select
        offers.municipality_code,
        types.inspection_area_code,
        count(*) as offers_count
    from {{ ref('int_offers__latest') }} as offers
    inner join {{ ref('offer_type') }} as types on offers.offer_type_code = types.offer_type_code
    group by offers.municipality_code, types.inspection_area_code
),

judged as (
    select
        counted.*,
        counted.offers_count >= parameters.value as has_enough_offers
    from counted
    inner join {{ ref('stg_county__wtg_parameters') }} as parameters
        on parameters.name = 'fewest_offers_shown_count'
),

ranked as (
    select
        *,
        sum(case when has_enough_offers then 0 else 1 end) over (
            partition by inspection_area_code
        ) as left_out_count,
        row_number() over (
            partition by inspection_area_code, has_enough_offers
            order by offers_count asc, municipality_code asc
        ) as place_from_smallest
    from judged
)

select
    municipality_code,
    inspection_area_code,
    offers_count,
    has_enough_offers and (left_out_count <> 1 or place_from_smallest > 1) as is_shown
from ranked
