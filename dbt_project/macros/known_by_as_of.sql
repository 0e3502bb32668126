{#
  True for what was known at the time that `as_of` names. A bare date means the end of that day
  (UTC): a report printed on a day was made from what arrived on it.
#}
{% macro known_by_as_of(column) -%}
    {%- set as_of = var('as_of', none) -%}
    {%- if as_of is none -%}
        true
    {%- elif as_of | length == 10 -%}
        {{ column }} < cast(cast('{{ as_of }}' as date) + interval 1 day as timestamptz)
    {%- else -%}
        {{ column }} <= cast('{{ as_of }}' as timestamptz)
    {%- endif -%}
{%- endmacro %}
