{{ config(materialized='table') }}

{#
  Population of Land and Kreise by age band that a year is forecast with: as counted, up to the newest
  count (the nearest date where a year has none), then as projected. Only the sexes that the rates
  tell apart are kept.
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
)

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
    counted.recorded_at
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
    projected.recorded_at
from projected
inner join counted_dates as newest
    on
        projected.region_code = newest.region_code
        and newest.reference_date = newest.newest_date
where
    length(projected.region_code) in (2, 5)
    and projected.reference_year > extract(year from newest.newest_date)
