{# Months counted through the years: two months are apart by the difference of their numbers. #}
{% macro month_number(column) -%}
    cast(extract(year from {{ column }}) * 12 + extract(month from {{ column }}) as integer)
{%- endmacro %}
