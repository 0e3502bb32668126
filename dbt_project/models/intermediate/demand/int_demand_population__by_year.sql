{{ config(materialized='table') }}

{#
  Population by age band that a year is forecast with. Kreise: as counted, up to the newest count
  (the nearest date where a year has none), then as projected. Municipalities: as projected where
  the projection holds all of a county, else their share of the county. Only the sexes that the
  rates tell apart are kept.
#}
with sexes as (
    select distinct sex_code
    from {{ ref('int_care_rates__by_band') }}
),

variants as (
    select distinct population_variant_code
    from {{ ref('stg_county__demand_scenarios') }}
),

counted as (
    select
        population.*,
        max(population.reference_date) over (partition by population.region_code) as newest_date
    from {{ ref('int_population__by_band') }} as population
    inner join sexes on population.sex_code = sexes.sex_code
    where length(population.region_code) in (2, 5)
),

counted_dates as (
    select distinct
        region_code,
        reference_date,
        newest_date
    from counted
),

counted_years as (
    select
        dates.region_code,
        years.reference_year,
        dates.reference_date,
        row_number() over (
            partition by dates.region_code, years.reference_year
            order by
                abs({{ days_between(
                    'make_date(years.reference_year, 12, 31)', 'dates.reference_date'
                ) }}) asc,
                dates.reference_date desc
        ) as place_from_nearest
    from counted_dates as dates
    inner join {{ ref('int_demand_years__listed') }} as years
        on extract(year from dates.newest_date) >= years.reference_year
),

projected as (
    select projection.*
    from {{ ref('int_demand_projection__by_band') }} as projection
    inner join sexes on projection.sex_code = sexes.sex_code
    inner join {{ ref('int_demand_years__listed') }} as years
        on projection.reference_year = years.reference_year
),

counties as (
    select
        counted.region_code,
        counted_years.reference_year,
        variants.population_variant_code,
        counted.sex_code,
        counted.age_from,
        counted.population_persons,
        counted.reference_date as population_date,
        'counted' as population_source,
        counted.source_sha256,
        counted.published_at,
        counted.known_since
    from counted_years
    inner join counted
        on
            counted_years.region_code = counted.region_code
            and counted_years.reference_date = counted.reference_date
    cross join variants
    where counted_years.place_from_nearest = 1
    union all
    select
        projected.region_code,
        projected.reference_year,
        projected.population_variant_code,
        projected.sex_code,
        projected.age_from,
        projected.population_persons,
        projected.population_date,
        'projected' as population_source,
        projected.source_sha256,
        projected.published_at,
        projected.known_since
    from projected
    inner join counted_dates as newest
        on
            projected.region_code = newest.region_code
            and newest.reference_date = newest.newest_date
    where
        length(projected.region_code) in (2, 5)
        and projected.reference_year > extract(year from newest.newest_date)
),

listed as (
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
    from projected
    where length(projected.region_code) = 8
),

-- Counties whose every municipality is projected itself, by year and variant.
projected_counties as (
    select
        listed.kreis_code,
        projected_municipalities.reference_year,
        projected_municipalities.population_variant_code
    from listed
    inner join projected_municipalities on listed.kreis_code = projected_municipalities.kreis_code
    group by
        listed.kreis_code,
        listed.municipality_count,
        projected_municipalities.reference_year,
        projected_municipalities.population_variant_code
    having count(distinct projected_municipalities.region_code) = listed.municipality_count
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
        greatest(counties.known_since, shares.known_since) as known_since
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
        greatest(counties.known_since, shares.known_since) as known_since
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
    known_since
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
    known_since
from municipalities
