{# The hashes of two files as a fact names them: sorted, joined by a comma, the same one once. #}
{% macro both_files(one, other) -%}
    case
        when {{ one }} is null or {{ other }} is null or {{ one }} = {{ other }}
            then coalesce({{ one }}, {{ other }})
        when {{ one }} < {{ other }} then {{ one }} || ',' || {{ other }}
        else {{ other }} || ',' || {{ one }}
    end
{%- endmacro %}
