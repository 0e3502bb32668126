{#
  The points of the grid: every combination of the values that the scenarios of a set give to the
  axes of demand_grid_axes(). All other parameters are those of base.
#}
{%- set axes = demand_grid_axes() %}
{%- set others = demand_parameter_names() | reject('in', axes) | list %}

with
{% for axis in axes %}
    {{ axis }}_values as (
        select distinct
            parameter_set,
            {{ axis }}
        from {{ ref('int_demand_scenarios__wide') }}
    ),
{% endfor %}

base as (
    select *
    from {{ ref('int_demand_scenarios__wide') }}
    where scenario = 'base'
)

select
    base.parameter_set,
    base.is_current_set,
    {% for axis in axes -%}
        {{ axis }}_values.{{ axis }},
    {% endfor -%}
    {% for name in others -%}
        base.{{ name }}
        {%- if not loop.last %},{% endif %}
    {% endfor %}
from base
{% for axis in axes -%}
    inner join {{ axis }}_values on base.parameter_set = {{ axis }}_values.parameter_set
{% endfor %}
