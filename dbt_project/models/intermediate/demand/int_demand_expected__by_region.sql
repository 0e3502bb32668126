{#
  What the Land's rates of the base year give for the population of a year: Land, Kreise and
  municipalities.
#}
with rates as (
    select *
    from {{ ref('int_demand_rates__of_base_year') }}
),

-- The widest step, every band of every kind of care, carries numbers only; words join it summed.
persons as (
    select
        population.region_code,
        population.reference_year,
        population.population_variant_code,
        rates.care_kind_code,
        {{ steady_sum('population.population_persons * rates.recipients_share') }}
            as expected_persons,
        -- Empty where a band has no rate in the earlier forecast: no part of a sum is a sum.
        {% for slot in ['last', 'earlier'] -%}
            case
                when count(*) = count(rates.{{ slot }}_recipients_share)
                    then
                        {{ steady_sum(
                            'population.population_persons * rates.'
                            ~ slot ~ '_recipients_share'
                        ) }}
            end as expected_at_{{ slot }}_rates_persons,
        {% endfor -%}
        {{ steady_sum(
            'case when population.age_from >= 80 then population.population_persons end'
        ) }}
            as population_80_plus_persons
    from {{ ref('int_demand_population__by_year') }} as population
    inner join rates
        on
            substr(population.region_code, 1, 2) = rates.land_code
            and population.sex_code = rates.sex_code
            and population.age_from = rates.age_from
    group by
        population.region_code,
        population.reference_year,
        population.population_variant_code,
        rates.care_kind_code
),

-- In two steps: words that are grouped by are kept outside of memory, the largest of them is not.
region_words as (
    select
        region_level,
        region_code,
        rates_region_code,
        reference_year,
        population_variant_code,
        population_source,
        population_basis,
        source_sha256,
        shares_source_sha256,
        max(population_date) as population_date,
        max(shares_date) as shares_date,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from {{ ref('int_demand_population__by_year') }}
    group by all
),

regions as (
    select
        region_level,
        region_code,
        rates_region_code,
        reference_year,
        population_variant_code,
        max(population_date) as population_date,
        max(population_source) as population_source,
        max(population_basis) as population_basis,
        max(shares_date) as shares_date,
        max(source_sha256) as population_source_sha256,
        max(shares_source_sha256) as shares_source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from region_words
    group by
        region_level, region_code, rates_region_code, reference_year, population_variant_code
),

kinds as (
    select
        land_code,
        care_kind_code,
        max(case when sex_code = 'total' then 1 else 0 end) = 0 as rates_by_sex,
        max(population_date) as rates_population_date,
        max(source_sha256) as rates_source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from rates
    group by land_code, care_kind_code
)

select
    regions.region_level,
    regions.region_code,
    regions.rates_region_code,
    regions.reference_year,
    regions.population_variant_code,
    persons.care_kind_code,
    persons.expected_persons,
    persons.expected_at_last_rates_persons,
    persons.expected_at_earlier_rates_persons,
    persons.population_80_plus_persons,
    kinds.rates_by_sex,
    kinds.rates_population_date,
    regions.population_date,
    regions.population_source,
    regions.population_basis,
    regions.shares_date,
    kinds.rates_source_sha256,
    regions.population_source_sha256,
    regions.shares_source_sha256,
    greatest(kinds.published_at, regions.published_at) as published_at,
    greatest(kinds.recorded_at, regions.recorded_at) as recorded_at
from persons
inner join regions
    on
        persons.region_code = regions.region_code
        and persons.reference_year = regions.reference_year
        and persons.population_variant_code = regions.population_variant_code
inner join kinds
    on
        substr(persons.region_code, 1, 2) = kinds.land_code
        and persons.care_kind_code = kinds.care_kind_code
