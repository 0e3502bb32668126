{# The distinct texts of a group, sorted and joined: the same rows always give the same text. #}
{% macro text_list(expression) -%}
    string_agg(
        distinct {{ expression }}, ', '
        order by {{ expression }}
    )
{%- endmacro %}
