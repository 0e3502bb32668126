{#
  Recipients by model: expected x county factor x trend, for every parameter set and scenario. The
  factor is that of the Kreis; the Land has none.
#}
with years as (
    select max(base_year) as base_year
    from {{ ref('int_demand_years__listed') }}
),

factors as (
    select factors.*
    from {{ ref('int_care_recipients__expected') }} as factors
    inner join years on extract(year from factors.reference_date) = years.base_year
),

weighted as (
    select
        scenarios.*,
        years.base_year,
        expected.*,
        factors.observed_persons,
        factors.expected_persons as base_expected_persons,
        factors.observed_to_expected,
        factors.recipients_source_sha256,
        factors.published_at as factors_published_at,
        factors.recorded_at as factors_recorded_at,
        {{ demand_own_weight('factors.expected_persons', 'scenarios.shrinkage_persons') }}
            as own_weight_share,
        {{ demand_trend_of('expected.care_kind_code', 'scenarios') }} as kind_trend_rate_pa
    from {{ ref('int_demand_expected__by_year') }} as expected
    inner join {{ ref('int_demand_scenarios__wide') }} as scenarios
        on expected.population_variant_code = scenarios.population_variant_code
    cross join years
    left join factors
        on
            expected.rates_region_code = factors.region_code
            and expected.care_kind_code = factors.care_kind_code
    where expected.region_level = 'Land' or factors.region_code is not null
),

factored as (
    select
        *,
        {{ demand_county_factor('region_level', 'observed_to_expected', 'own_weight_share') }}
            as county_factor,
        {{ demand_trend_factor(
            'kind_trend_rate_pa', 'reference_year', 'trend_until_year', 'base_year'
        ) }}
            as trend_factor
    from weighted
)

select
    *,
    {{ demand_residents('expected_persons', 'county_factor', 'trend_factor') }} as residents_persons
from factored
