{# Five digits. There is no default: no county stands in the code. #}
{% macro county_ags() -%}
    '{{ env_var("KREISHAUS_COUNTY_AGS") }}'
{%- endmacro %}
