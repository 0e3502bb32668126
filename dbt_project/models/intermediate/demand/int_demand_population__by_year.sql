{{ config(materialized='table') }}

{#
  Population by age band that a year is forecast with, Land to municipality. Municipalities: as
  projected where the projection holds all of a county, else their share of the county.
#}
with counties as (
    select *
    from {{ ref('int_demand_county_population__by_year') }}
),

municipality_counts as (
    select
        kreis_code,
        count(distinct region_code) as municipality_count
    from {{ ref('int_municipality_shares__by_band') }}
    group by kreis_code
),

projected_municipalities as (
    select
        projected.*,
        substr(projected.region_code, 1, 5) as kreis_code,
        projected.population_persons
        / sum(projected.population_persons) over (
            partition by
                substr(projected.region_code, 1, 5), projected.reference_year,
                projected.population_variant_code, projected.sex_code, projected.age_from
        ) as county_share
    from {{ ref('int_demand_projection__by_band') }} as projected
    where
        length(projected.region_code) = 8
        and (projected.sex_code, projected.reference_year) in (
            select (counties.sex_code, counties.reference_year)
            from counties
        )
),

-- Counties whose every municipality is projected itself, by year and variant.
projected_counties as (
    select
        municipality_counts.kreis_code,
        projected_municipalities.reference_year,
        projected_municipalities.population_variant_code
    from municipality_counts
    inner join projected_municipalities
        on municipality_counts.kreis_code = projected_municipalities.kreis_code
    group by
        municipality_counts.kreis_code,
        municipality_counts.municipality_count,
        projected_municipalities.reference_year,
        projected_municipalities.population_variant_code
    having
        count(distinct projected_municipalities.region_code)
        = municipality_counts.municipality_count
),

municipalities as (
    select
        shares.region_code,
        counties.reference_year,
        counties.population_variant_code,
        counties.sex_code,
        counties.age_from,
        counties.population_persons * shares.county_share as population_persons,
        counties.population_date,
        counties.population_source,
        shares.population_basis,
        shares.reference_date as shares_date,
        counties.source_sha256,
        shares.source_sha256 as shares_source_sha256,
        greatest(counties.published_at, shares.published_at) as published_at,
        greatest(counties.recorded_at, shares.recorded_at) as recorded_at
    from counties
    inner join {{ ref('int_municipality_shares__by_band') }} as shares
        on
            counties.region_code = shares.kreis_code
            and counties.sex_code = shares.sex_code
            and counties.age_from = shares.age_from
    left join projected_counties
        on
            counties.region_code = projected_counties.kreis_code
            and counties.reference_year = projected_counties.reference_year
            and counties.population_variant_code = projected_counties.population_variant_code
            and counties.population_source = 'projected'
    where projected_counties.kreis_code is null
    union all
    select
        shares.region_code,
        counties.reference_year,
        counties.population_variant_code,
        counties.sex_code,
        counties.age_from,
        counties.population_persons * shares.county_share as population_persons,
        counties.population_date,
        counties.population_source,
        'municipality_projection' as population_basis,
        shares.population_date as shares_date,
        counties.source_sha256,
        shares.source_sha256 as shares_source_sha256,
        greatest(counties.published_at, shares.published_at) as published_at,
        greatest(counties.recorded_at, shares.recorded_at) as recorded_at
    from counties
    inner join projected_counties
        on
            counties.region_code = projected_counties.kreis_code
            and counties.reference_year = projected_counties.reference_year
            and counties.population_variant_code = projected_counties.population_variant_code
            and counties.population_source = 'projected'
    inner join projected_municipalities as shares
        on
            counties.region_code = shares.kreis_code
            and counties.reference_year = shares.reference_year
            and counties.population_variant_code = shares.population_variant_code
            and counties.sex_code = shares.sex_code
            and counties.age_from = shares.age_from
)

select
    region_code,
    case length(region_code) when 2 then 'Land' else 'Kreis' end as region_level,
    region_code as rates_region_code,
    reference_year,
    population_variant_code,
    sex_code,
    age_from,
    population_persons,
    population_date,
    population_source,
    case length(region_code) when 2 then 'land_age' else 'kreis_age' end as population_basis,
    cast(null as date) as shares_date,
    source_sha256,
    cast(null as varchar) as shares_source_sha256,
    published_at,
    recorded_at
from counties
union all
select
    region_code,
    'Gemeinde' as region_level,
    substr(region_code, 1, 5) as rates_region_code,
    reference_year,
    population_variant_code,
    sex_code,
    age_from,
    population_persons,
    population_date,
    population_source,
    population_basis,
    shares_date,
    source_sha256,
    shares_source_sha256,
    published_at,
    recorded_at
from municipalities
