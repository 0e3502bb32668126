{#
  True for what was known at the moment that the variable `as_of` names; always true without one.

  Known from when Kreishaus had it (`retrieved_column`) or, with the variable `as_of_by` set to
  `published`, from when its owner had published it; where that is not known, from when we had it.
#}
{% macro known_by_as_of(retrieved_column, published_column=none) -%}
    {%- if var('as_of', none) is none -%}
        true
    {%- elif var('as_of_by', 'retrieved') == 'published' and published_column -%}
        coalesce({{ published_column }}, {{ retrieved_column }}) <= {{ as_of_moment() }}
    {%- else -%}
        {{ retrieved_column }} <= {{ as_of_moment() }}
    {%- endif -%}
{%- endmacro %}

{#
  The last moment that counts. A bare date means the end of that day in Germany, where the nights
  run: what arrives at one in the morning belongs to the new day, in summer time too.
#}
{% macro as_of_moment() -%}
    {%- set as_of = var('as_of') | string -%}
    {%- if as_of | length == 10 -%}
        {%- set day = modules.datetime.datetime.strptime(as_of, '%Y-%m-%d') -%}
        {%- set next_day = day + modules.datetime.timedelta(days=1) -%}
        {%- set midnight = modules.pytz.timezone('Europe/Berlin').localize(next_day) -%}
        {%- set as_of = (midnight - modules.datetime.timedelta(microseconds=1)).isoformat() -%}
    {%- endif -%}
    cast('{{ as_of }}' as timestamptz)
{%- endmacro %}
