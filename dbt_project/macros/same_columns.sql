{# True where the rows of two relations agree in every one of the columns. #}
{% macro same_columns(one, other, columns) -%}
    {% for column in columns -%}
        {% if not loop.first %}and {% endif %}{{ one }}.{{ column }} = {{ other }}.{{ column }}
    {% endfor %}
{%- endmacro %}
