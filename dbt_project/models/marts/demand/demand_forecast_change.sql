{#
  What became of the last published forecast, split by its causes. They are put in one after the
  other - formulas, population, rates, supply, parameters - and what the balance moves at each step is
  that cause's share; the steps sum to the whole. The first step is
  int_demand_earlier_forecast__recomputed.
#}
{%- set parameters = demand_parameter_names() | reject('in', [
    'trend_rate_pa', 'trend_rate_pa_home_care', 'trend_rate_pa_allowance',
]) | list %}

with present as (
    select *
    from {{ ref('demand_forecast') }}
    where is_current_set and care_kind_code = 'full_inpatient'
),

joined as (
    select
        present.*,
        earlier.slot,
        earlier.published_version as earlier_version,
        earlier.parameter_set as earlier_parameter_set,
        earlier.parameter_fingerprint as earlier_parameter_fingerprint,
        earlier.residents_persons as earlier_residents_persons,
        earlier.need_places as earlier_need_places,
        earlier.supply_places as earlier_supply_places,
        earlier.balance_places as earlier_balance_places,
        earlier.need_after_formula,
        earlier.supply_after_formula,
        earlier.county_factor_today as earlier_county_factor,
        earlier.trend_factor_today as earlier_trend_factor,
        earlier.migration_balance_persons + earlier.special_need_persons as earlier_local_persons,
        {% for name in parameters -%}
            earlier.{{ name }} as earlier_{{ name }},
        {% endfor -%}
        case earlier.slot
            when 'last' then expected.expected_at_last_rates_persons
            when 'earlier' then expected.expected_at_earlier_rates_persons
        end as expected_at_earlier_rates_persons,
        {{ demand_county_factor(
            'present.region_level', 'present.observed_to_expected',
            demand_own_weight('present.base_expected_persons', 'earlier.shrinkage_persons')
        ) }} as factor_at_earlier_shrinkage
    from present
    inner join {{ ref('int_demand_earlier_forecast__recomputed') }} as earlier
        on
            present.scenario = earlier.scenario
            and present.region_level = earlier.region_level
            and present.region_code = earlier.region_code
            and present.reference_year = earlier.reference_year
    left join {{ ref('int_demand_expected__by_year') }} as expected
        on
            present.region_level = expected.region_level
            and present.region_code = expected.region_code
            and present.reference_year = expected.reference_year
            and present.population_variant_code = expected.population_variant_code
            and expected.care_kind_code = 'full_inpatient'
),

-- The parameters of the earlier forecast, under the names that the formulas use.
earlier_parameters as (
    select
        scenario,
        region_level,
        region_code,
        reference_year,
        {% for name in parameters -%}
            earlier_{{ name }} as {{ name }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from joined
),

steps as (
    select
        joined.*,
        {{ demand_need(
            demand_residents(
                'joined.expected_at_earlier_rates_persons', 'joined.earlier_county_factor',
                'joined.earlier_trend_factor'
            ),
            'joined.earlier_local_persons', 'p'
        ) }} as need_after_population,
        {{ demand_need(
            demand_residents(
                'joined.expected_persons', 'joined.factor_at_earlier_shrinkage',
                'joined.earlier_trend_factor'
            ),
            'joined.earlier_local_persons', 'p'
        ) }} as need_after_rates,
        {{ demand_supply('joined', 'p') }} as supply_after_supply
    from joined
    inner join earlier_parameters as p
        on
            joined.scenario = p.scenario
            and joined.region_level = p.region_level
            and joined.region_code = p.region_code
            and joined.reference_year = p.reference_year
)

select
    scenario,
    scenario_label,
    region_level,
    region_code,
    region_name,
    reference_year,
    earlier_version,
    slot as compared_slot,
    earlier_parameter_set,
    parameter_set,
    earlier_parameter_fingerprint,
    parameter_fingerprint,
    earlier_residents_persons,
    residents_persons,
    earlier_need_places,
    need_places,
    earlier_supply_places,
    supply_places,
    earlier_balance_places,
    balance_places,
    balance_places - earlier_balance_places as change_places,
    (earlier_need_places - need_after_formula)
    + coalesce(supply_after_formula - earlier_supply_places, 0) as change_by_formula_places,
    need_after_formula - need_after_population as change_by_population_places,
    need_after_population - need_after_rates as change_by_rates_places,
    supply_after_supply - supply_after_formula as change_by_supply_places,
    (need_after_rates - need_places) + (supply_places - supply_after_supply)
        as change_by_parameters_places,
    'formulas, then population, rates with the county factor, supply, parameters' as method,
    case
        when supply_places is null then 'no supply of this region is known: the change of the need'
        when need_after_population is null
            then 'the earlier forecast has no rate for an age band: not split'
    end as caveat,
    published_at,
    recorded_at
from steps
