-- Homes on the date of a year for which staff is told, where homes of their kind told it: with a
-- mark for those below the minimum share of skilled staff.
with offers as (
    select *
    from {{ ref('int_homes__measured') }}
),

minimum as (
    select
        value as minimum_skilled_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'minimum_skilled_share'
),

staff_dates as (
    select max(reference_date) as reference_date
    from offers
    where care_fte is not null
    group by extract(year from reference_date)
)

select
    offers.*,
    case
        when offers.skilled_fte < offers.care_fte * minimum.minimum_skilled_share then 1
        when offers.skilled_fte is not null and minimum.minimum_skilled_share is not null then 0
    end as below_minimum_count
from offers
inner join staff_dates on offers.reference_date = staff_dates.reference_date
left join minimum on offers.reference_date between minimum.valid_from and minimum.valid_to
where
    offers.offer_type_code in (
        select filled.offer_type_code
        from offers as filled
        where filled.care_fte is not null and filled.reference_date = offers.reference_date
    )
