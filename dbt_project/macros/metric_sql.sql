{# The region of a metric's row: a column, a key in quotes, or this county. #}
{% macro metric_region(metric) -%}
    {%- if metric.region == 'own_county' -%} {{ county_ags() }} {%- else -%} {{ metric.region }} {%- endif -%}
{%- endmacro %}

{# The code of a period as papers are staged: 2021-08-15, 2021-08, 2021, 2019-2020. #}
{% macro metric_period_code(metric) -%}
    {%- if metric.period_kind == 'month' -%}
        substr(cast({{ metric.period }} as varchar), 1, 7)
    {%- else -%}
        cast({{ metric.period }} as varchar)
    {%- endif -%}
{%- endmacro %}

{# The day that a period is about: of a month the first, of a year (or years) the last. #}
{% macro metric_reference_date(metric) -%}
    {%- if metric.period_kind in ('date', 'month') -%}
        cast({{ metric.period }} as date)
    {%- else -%}
        make_date(cast({{ metric.year or metric.period }} as integer), 12, 31)
    {%- endif -%}
{%- endmacro %}

{#
  Further dimensions as one text, `name=code` sorted and joined by `|`, as papers are staged.
  `totals` holds dimensions that are summed over: name -> key of the total.
#}
{% macro metric_item_code(metric, totals) -%}
    {%- set parts = [] -%}
    {%- for name in metric.get('items', {}) | sort -%}
        {%- set code = "'" ~ totals[name] ~ "'" if name in totals else metric['items'][name] -%}
        {%- do parts.append("'" ~ name ~ "=' || " ~ code) -%}
    {%- endfor -%}
    {%- if parts -%}
        {{ parts | join(" || '|' || ") }}
    {%- else -%}
        ''
    {%- endif -%}
{%- endmacro %}

{# One item of an item code; empty where it has none of this name. #}
{% macro item_of(column, dimension) -%}
    regexp_extract({{ column }}, '(^|[|]){{ dimension }}=([^|]*)', 2)
{%- endmacro %}

{# An item code without the items of some dimensions. #}
{% macro items_without(column, dimensions) -%}
    {%- set text = namespace(sql=column) -%}
    {%- for dimension in dimensions -%}
        {%- set text.sql = (
            "trim(replace(regexp_replace('|' || " ~ text.sql ~ ", '[|]" ~ dimension
            ~ "=[^|]*', ''), '||', '|'), '|')"
        ) -%}
    {%- endfor -%}
    {{ text.sql }}
{%- endmacro %}

{#
  Whether two rows of digits of one length differ as a slip of the fingers makes them differ: by one
  digit, or by two neighbours exchanged. Below three digits that would prove nothing.
#}
{% macro differs_by_a_slip(one, other) -%}
    (
        length({{ one }}) = length({{ other }})
        and length({{ one }}) >= 3
        and damerau_levenshtein({{ one }}, {{ other }}) = 1
    )
{%- endmacro %}

{# A text of the catalogue in SQL; null where it says nothing. #}
{% macro text_or_null(text) -%}
    {%- if text -%} '{{ text }}' {%- else -%} cast(null as varchar) {%- endif -%}
{%- endmacro %}

{# True for metrics whose parts sum over a dimension. #}
{% macro is_metric_over(column, dimension, catalogue) -%}
    {%- set codes = [] -%}
    {%- for metric in catalogue if dimension in metric.get('over', []) -%}
        {%- do codes.append("'" ~ metric.code ~ "'") -%}
    {%- endfor -%}
    {{ column }} in ({{ codes | join(', ') }})
{%- endmacro %}
