{#
  One row a scenario with every number of the formula. The fingerprint tells two states of a set
  apart, also where somebody changed a set that is in use.
#}
with wide as (
    select
        parameter_set,
        scenario,
        bool_or(is_current_set) as is_current_set,
        {% for name in demand_parameter_names() -%}
            max(case when parameter_name = '{{ name }}' then parameter_value end) as {{ name }},
        {% endfor -%}
        string_agg(
            parameter_name || '=' || cast(parameter_value as varchar), ';'
            order by parameter_name
        ) as all_values
    from {{ ref('int_demand_parameters__resolved') }}
    group by parameter_set, scenario
)

select
    wide.parameter_set,
    wide.scenario,
    scenarios.label_de as scenario_label,
    scenarios.population_variant_code,
    wide.is_current_set,
    {% for name in demand_parameter_names() -%}
        wide.{{ name }},
    {% endfor -%}
    substr(md5(scenarios.population_variant_code || ';' || wide.all_values), 1, 12)
        as parameter_fingerprint
from wide
inner join {{ ref('stg_county__demand_scenarios') }} as scenarios
    on
        wide.parameter_set = scenarios.parameter_set
        and wide.scenario = scenarios.scenario
