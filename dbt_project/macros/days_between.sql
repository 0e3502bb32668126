{# Whole days from one date to another; engines do not agree on how to ask. #}
{% macro days_between(from_date, to_date) -%}
    date_diff('day', {{ from_date }}, {{ to_date }})
{%- endmacro %}
