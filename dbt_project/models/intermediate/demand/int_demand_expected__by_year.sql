{{ config(materialized='table') }}

{#
  What the Land's rates of the base year give for the population of a year: Land, Kreise,
  municipalities, and the own county's planning units as they are composed at the end of the year.
#}
with expected as (
    select *
    from {{ ref('int_demand_expected__by_region') }}
),

units as (
    select
        'Planungseinheit' as region_level,
        units.unit_code as region_code,
        expected.rates_region_code,
        expected.reference_year,
        expected.population_variant_code,
        expected.care_kind_code,
        {{ steady_sum('expected.expected_persons') }} as expected_persons,
        {{ steady_sum('expected.expected_at_last_rates_persons') }}
            as expected_at_last_rates_persons,
        {{ steady_sum('expected.expected_at_earlier_rates_persons') }}
            as expected_at_earlier_rates_persons,
        {{ steady_sum('expected.population_80_plus_persons') }} as population_80_plus_persons,
        bool_and(expected.rates_by_sex) as rates_by_sex,
        max(expected.rates_population_date) as rates_population_date,
        max(expected.population_date) as population_date,
        max(expected.population_source) as population_source,
        max(expected.population_basis) as population_basis,
        max(expected.shares_date) as shares_date,
        max(expected.rates_source_sha256) as rates_source_sha256,
        max(expected.population_source_sha256) as population_source_sha256,
        max(expected.shares_source_sha256) as shares_source_sha256,
        max(expected.published_at) as published_at,
        max(expected.recorded_at) as recorded_at
    from expected
    inner join {{ ref('int_planning_units__listed') }} as units
        on
            expected.region_code = units.municipality_code
            and make_date(expected.reference_year, 12, 31)
            between coalesce(units.valid_from, cast('0001-01-01' as date))
            and coalesce(units.valid_to, cast('9999-12-31' as date))
    where expected.region_level = 'Gemeinde'
    group by
        units.unit_code,
        expected.rates_region_code,
        expected.reference_year,
        expected.population_variant_code,
        expected.care_kind_code
)

select * from expected
union all
select * from units
