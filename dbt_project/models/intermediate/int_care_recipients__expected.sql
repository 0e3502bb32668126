{{ config(materialized='table') }}

-- What a Kreis would have at the Land's rates, beside what it has.
with expected as (
    select
        rates.reference_date,
        rates.population_date,
        population.region_code,
        rates.care_kind_code,
        {{ steady_sum('population.population_persons * rates.recipients_share') }}
            as expected_persons,
        max(case when rates.sex_code = 'total' then 1 else 0 end) = 0 as rates_by_sex,
        max(rates.source_sha256) as rates_source_sha256,
        max(population.source_sha256) as population_source_sha256,
        greatest(max(rates.published_at), max(population.published_at)) as published_at,
        greatest(max(rates.recorded_at), max(population.recorded_at)) as recorded_at
    from {{ ref('int_care_rates__by_band') }} as rates
    inner join {{ ref('int_population__by_band') }} as population
        on
            rates.population_date = population.reference_date
            and rates.sex_code = population.sex_code
            and rates.age_from = population.age_from
            and rates.land_code = substr(population.region_code, 1, 2)
    where length(population.region_code) = 5
    group by
        rates.reference_date,
        rates.population_date,
        population.region_code,
        rates.care_kind_code
),

observed as (
    select
        extract(year from cells.reference_date) as reference_year,
        cells.region_code,
        measures.measure_code as care_kind_code,
        max(cells.value) as observed_persons,
        max(cells.source_sha256) as source_sha256,
        max(cells.published_at) as published_at,
        max(cells.recorded_at) as recorded_at
    from {{ ref('stg_it_nrw__care_recipients') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    group by extract(year from cells.reference_date), cells.region_code, measures.measure_code
)

select
    expected.reference_date,
    expected.population_date,
    expected.region_code,
    expected.care_kind_code,
    expected.rates_by_sex,
    expected.expected_persons,
    observed.observed_persons,
    expected.rates_source_sha256,
    expected.population_source_sha256,
    observed.source_sha256 as recipients_source_sha256,
    observed.observed_persons / nullif(expected.expected_persons, 0) as observed_to_expected,
    greatest(expected.published_at, observed.published_at) as published_at,
    greatest(expected.recorded_at, observed.recorded_at) as recorded_at
from expected
inner join observed
    on
        extract(year from expected.reference_date) = observed.reference_year
        and expected.region_code = observed.region_code
        and expected.care_kind_code = observed.care_kind_code
where observed.observed_persons is not null
