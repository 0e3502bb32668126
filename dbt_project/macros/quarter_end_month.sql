{# The first day of the last month of the quarter in which a date lies. #}
{% macro quarter_end_month(column) -%}
    make_date(
        cast(extract(year from {{ column }}) as integer),
        cast(extract(quarter from {{ column }}) as integer) * 3,
        1
    )
{%- endmacro %}

{#
  The end of the quarter in which a date lies. The register is read for the end of a quarter; a near
  day stands in where that has no data.
#}
{% macro quarter_end(column) -%}
    last_day({{ quarter_end_month(column) }})
{%- endmacro %}
