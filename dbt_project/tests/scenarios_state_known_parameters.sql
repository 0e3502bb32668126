{#
  Each parameter of the formula stands once in the scenario base of its set. A scenario may change the
  axes of the grid only: else the band would not hold it.
#}
with needed as (
    {% for name in demand_parameter_names() -%}
        select '{{ name }}' as name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sets as (
    select distinct parameter_set
    from {{ ref('stg_county__demand_scenarios') }}
)

select
    sets.parameter_set,
    'base' as scenario,
    needed.name,
    'is missing' as fault
from sets
cross join needed
left join {{ ref('stg_county__demand_parameters') }} as stated
    on
        sets.parameter_set = stated.parameter_set
        and needed.name = stated.name
        and stated.scenario = 'base'
where stated.value is null
union all
select
    stated.parameter_set,
    stated.scenario,
    stated.name,
    'is no parameter that a scenario may change, or its scenario is not listed' as fault
from {{ ref('stg_county__demand_parameters') }} as stated
left join needed on stated.name = needed.name
left join {{ ref('stg_county__demand_scenarios') }} as scenarios
    on
        stated.parameter_set = scenarios.parameter_set
        and stated.scenario = scenarios.scenario
where
    needed.name is null
    or scenarios.scenario is null
    or (
        stated.scenario <> 'base'
        and stated.name not in ({{ "'" ~ demand_grid_axes() | join("', '") ~ "'" }})
    )
