{#
  The formulas of the care forecast, once for the forecast, its band and its comparison with an
  earlier one. `persons` are residents, `p` is a row of parameters, `s` one of supply.
#}
{% macro demand_own_weight(base_expected_persons, shrinkage_persons) -%}
    {{ base_expected_persons }} / ({{ base_expected_persons }} + {{ shrinkage_persons }})
{%- endmacro %}

{# What a Kreis has beyond what is expected of it, shrunk by its weight; the Land has none. #}
{% macro demand_county_factor(region_level, observed_to_expected, own_weight_share) -%}
    case
        when {{ region_level }} = 'Land' then 1
        else
            {{ own_weight_share }} * {{ observed_to_expected }} + (1 - {{ own_weight_share }})
    end
{%- endmacro %}

{% macro demand_residents(expected_persons, county_factor, trend_factor) -%}
    {{ expected_persons }} * {{ county_factor }} * {{ trend_factor }}
{%- endmacro %}

{% macro demand_need(persons, local_persons, p) -%}
    ({{ persons }} * (1 - {{ p }}.substitution_share) + {{ local_persons }}) / {{ p }}.target_occupancy
{%- endmacro %}

{# The columns of a row of supply that are places. #}
{% macro demand_supply_parts() %}
    {{ return([
        'contracted_places', 'fixed_short_term_places', 'embedded_short_term_places',
        'planned_places', 'decided_places', 'under_construction_places', 'closed_places',
        'unusable_places',
    ]) }}
{% endmacro %}

{% macro demand_supply(s, p) -%}
    {{ s }}.contracted_places
    - {{ s }}.fixed_short_term_places
    - {{ p }}.embedded_share * {{ s }}.embedded_short_term_places
    + {{ p }}.realisation_planned_share * {{ s }}.planned_places
    + {{ p }}.realisation_decided_share * {{ s }}.decided_places
    + {{ p }}.realisation_under_construction_share * {{ s }}.under_construction_places
    - {{ s }}.closed_places
{%- endmacro %}

{#
  Byar's approximation of the exact Poisson limits of a count (Rothman and Boice 1979), here of 90
  percent: 1.645 is the normal quantile of 95.
#}
{% macro poisson_low(persons) -%}
    case
        when {{ persons }} <= 0 then 0
        else
            greatest(
                {{ persons }}
                * pow(1 - 1 / (9 * {{ persons }}) - 1.645 / (3 * sqrt({{ persons }})), 3),
                0
            )
    end
{%- endmacro %}

{% macro poisson_high(persons) -%}
    case
        when {{ persons }} < 0 then null
        else
            ({{ persons }} + 1)
            * pow(1 - 1 / (9 * ({{ persons }} + 1)) + 1.645 / (3 * sqrt({{ persons }} + 1)), 3)
    end
{%- endmacro %}

{#
  The yearly change that a straight line through the logarithms gives: exp(slope) - 1, the slope by
  ordinary least squares. Written out, as the sums must be the same at every build; they carry twelve
  decimals, the result ten.
#}
{% macro yearly_change(values, years) -%}
    {%- set x = '(' ~ years ~ ' - 2000)' -%}
    round(
        exp(
            (
                count(*) * {{ steady_sum(x ~ ' * ln(' ~ values ~ ')') }}
                - sum({{ x }}) * {{ steady_sum('ln(' ~ values ~ ')') }}
            )
            / (count(*) * sum({{ x }} * {{ x }}) - sum({{ x }}) * sum({{ x }}))
        )
        - 1,
        10
    )
{%- endmacro %}
