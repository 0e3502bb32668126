{# What weakens a row, in one text: the remarks that apply, joined. Null when none does. #}
{% macro caveats(remarks) -%}
    nullif(concat_ws('; ', {{ remarks | join(', ') }}), '')
{%- endmacro %}
