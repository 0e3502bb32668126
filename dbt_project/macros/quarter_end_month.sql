{# The first day of the last month of the quarter in which a date lies. #}
{% macro quarter_end_month(column) -%}
    make_date(
        cast(extract(year from {{ column }}) as integer),
        cast(extract(quarter from {{ column }}) as integer) * 3,
        1
    )
{%- endmacro %}
