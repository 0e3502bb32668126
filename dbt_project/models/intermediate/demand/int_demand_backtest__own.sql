{#
  The model as it would have stood at an earlier survey: rates and factors of then, population of the
  later survey, the trend that base assumes today. No rate of the later survey enters.
#}
with base_dates as (
    select distinct
        reference_date,
        care_kind_code
    from {{ ref('int_care_rates__by_band') }}
),

targets as (
    select *
    from {{ ref('int_care_trend__by_survey') }}
    where measure_code = rates_of_care_kind_code
),

expected as (
    select
        base_dates.reference_date as base_date,
        targets.reference_date as target_date,
        targets.region_code,
        targets.measure_code as care_kind_code,
        targets.population_date,
        max(targets.observed_persons) as observed_persons,
        {{ steady_sum('population.population_persons * rates.recipients_share') }}
            as expected_persons,
        max(targets.source_sha256) as source_sha256,
        max(targets.published_at) as published_at,
        max(targets.recorded_at) as recorded_at
    from base_dates
    inner join targets
        on
            base_dates.care_kind_code = targets.measure_code
            and base_dates.reference_date < targets.reference_date
    inner join {{ ref('int_care_rates__by_band') }} as rates
        on
            base_dates.reference_date = rates.reference_date
            and base_dates.care_kind_code = rates.care_kind_code
            and substr(targets.region_code, 1, 2) = rates.land_code
    inner join {{ ref('int_population__by_band') }} as population
        on
            targets.region_code = population.region_code
            and targets.population_date = population.reference_date
            and rates.sex_code = population.sex_code
            and rates.age_from = population.age_from
    group by
        base_dates.reference_date,
        targets.reference_date,
        targets.region_code,
        targets.measure_code,
        targets.population_date
),

base as (
    select *
    from {{ ref('int_demand_scenarios__wide') }}
    where is_current_set and scenario = 'base'
)

select
    expected.base_date,
    expected.target_date,
    expected.region_code,
    expected.care_kind_code,
    expected.population_date,
    expected.observed_persons,
    expected.expected_persons
    * case
        when length(expected.region_code) = 2 then 1
        else
            1
            + (factors.observed_to_expected - 1)
            * factors.expected_persons
            / (factors.expected_persons + base.shrinkage_persons)
    end
    * pow(
        1 + {{ demand_trend_of('expected.care_kind_code', 'base') }},
        extract(year from expected.target_date) - extract(year from expected.base_date)
    ) as forecast_persons,
    expected.source_sha256,
    expected.published_at,
    expected.recorded_at
from expected
cross join base
left join {{ ref('int_care_recipients__expected') }} as factors
    on
        expected.base_date = factors.reference_date
        and expected.region_code = factors.region_code
        and expected.care_kind_code = factors.care_kind_code
where length(expected.region_code) = 2 or factors.region_code is not null
