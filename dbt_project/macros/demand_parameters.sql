{# Every number of the demand formula, by its name in the seed demand_parameter. #}
{% macro demand_parameter_names() %}
    {{ return([
        'target_occupancy', 'shrinkage_persons', 'substitution_share', 'trend_rate_pa',
        'trend_rate_pa_home_care', 'trend_rate_pa_allowance', 'trend_until_year', 'embedded_share',
        'realisation_planned_share', 'realisation_decided_share',
        'realisation_under_construction_share', 'opening_delay_years',
        'permanently_unusable_share',
    ]) }}
{% endmacro %}

{# Those that a scenario may set: the grid holds every combination of the values in use. #}
{% macro demand_grid_axes() %}
    {{ return([
        'trend_rate_pa', 'target_occupancy', 'embedded_share', 'substitution_share',
        'realisation_planned_share',
    ]) }}
{% endmacro %}

{# The trend of a kind of care, from a row of int_demand_scenarios__wide. #}
{% macro demand_trend_of(care_kind, scenario) -%}
    case {{ care_kind }}
        when 'full_inpatient' then {{ scenario }}.trend_rate_pa
        when 'home_care' then {{ scenario }}.trend_rate_pa_home_care
        when 'allowance' then {{ scenario }}.trend_rate_pa_allowance
    end
{%- endmacro %}

{# (1 + trend) ^ (min(t, until) - base): a trend ends in the year of its parameter. #}
{% macro demand_trend_factor(rate, year, until_year, base_year) -%}
    pow(1 + {{ rate }}, greatest(least({{ year }}, {{ until_year }}) - {{ base_year }}, 0))
{%- endmacro %}
