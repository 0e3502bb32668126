{# The year that the settings ask for each year up to; 0 where they do not. #}
{% macro every_year_until() -%}
    {{ env_var("KREISHAUS_EVERY_YEAR_UNTIL", "0") | int }}
{%- endmacro %}

{# A row for each year from one to the other, none where the other is earlier. #}
{% macro years_between(from_year, to_year) -%}
    {%- if target.type == 'duckdb' -%}
        unnest(generate_series({{ from_year }}, {{ to_year }}))
    {%- else -%}
        explode(filter(sequence({{ from_year }}, {{ to_year }}), y -> y >= {{ from_year }}))
    {%- endif -%}
{%- endmacro %}
