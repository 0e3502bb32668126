{# What weakens a row, in one text: the remarks that apply, joined. Null when none does. #}
{% macro doubts(remarks) -%}
    nullif(concat_ws('; ', {{ remarks | join(', ') }}), '')
{%- endmacro %}
