-- Each home listed on a day is in the county's row once: by its municipality, or by none.
with counted as (
    select
        reference_date,
        sum(case when region_level = 'Kreis' then homes_listed_count end) as in_county,
        coalesce(sum(case when region_level = 'Gemeinde' then homes_listed_count end), 0)
        + sum(case when region_level = 'Kreis' then homes_without_municipality_count end)
            as in_municipalities
    from {{ ref('free_places_reported_daily') }}
    group by reference_date
),

listed as (
    select
        reference_date,
        count(*) as homes
    from {{ ref('int_heimfinder_homes__daily') }}
    group by reference_date
)

select
    listed.reference_date,
    listed.homes,
    counted.in_county,
    counted.in_municipalities
from listed
left join counted on listed.reference_date = counted.reference_date
where
    listed.homes is distinct from counted.in_county
    or listed.homes is distinct from counted.in_municipalities
