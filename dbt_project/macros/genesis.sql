{#
  A number of a GENESIS table. "-" is the statistics' way to print nothing at all, so it counts
  as zero; every other marker (secret, later, unreliable, blocked) stays null. The marker is kept.
#}
{% macro genesis_value(value, marker) -%}
    case when {{ marker }} = '-' then 0 else {{ value }} end
{%- endmacro %}

{# male, female or total. "Total" and "Insgesamt" are both printed, an unused dimension is null. #}
{% macro sex_code(label) -%}
    case lower({{ label }})
        when 'männlich' then 'male'
        when 'weiblich' then 'female'
        else 'total'
    end
{%- endmacro %}

{% macro nationality_code(label) -%}
    case
        when lower({{ label }}) like 'deutsch%' then 'german'
        when lower({{ label }}) like 'ausländ%' then 'foreign'
        else 'total'
    end
{%- endmacro %}
