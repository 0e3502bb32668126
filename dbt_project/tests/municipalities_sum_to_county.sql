-- Two tables of one statistic: where both speak of a day, the municipalities are the county.
-- Census figures would not do: their cells are changed a little, each by itself.
{{ config(severity='warn') }}

with municipalities as (
    select
        substr(region_code, 1, 5) as county_ags,
        reference_date,
        sum(value) as municipalities_persons,
        count(value) as municipality_count
    from {{ ref('stg_it_nrw__population_municipalities') }}
    where
        sex_code = 'total'
        and substr(region_code, 1, 5) in (
            select own.county_ags from {{ ref('int_counties__own') }} as own
        )
    group by substr(region_code, 1, 5), reference_date
    -- A figure that is not published would only make the sum smaller.
    having count(*) = count(value)
)

select
    municipalities.reference_date,
    municipalities.municipality_count,
    municipalities.municipalities_persons,
    county.value as county_persons
from municipalities
inner join {{ ref('stg_it_nrw__population_by_age') }} as county
    on
        municipalities.reference_date = county.reference_date
        and municipalities.county_ags = county.region_code
        and county.sex_code = 'total'
        and county.nationality_code = 'total'
        and county.age_from is null
where municipalities.municipalities_persons <> county.value
