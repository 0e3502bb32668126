-- Every value of every metric of the catalogue (dbt_project.yml), one row each: what BI tools,
-- reports and the reconciliation read. A column that a mart no longer has breaks this model.
{%- set catalogue = var('metrics') %}
{%- set blocks = [] %}
{%- for metric in catalogue if metric.mart %}
    {%- do blocks.append((metric, {})) %}
    {%- for totals in metric.rollups or [] %}
        {%- do blocks.append((metric, totals)) %}
    {%- endfor %}
{%- endfor %}

{% for metric, totals in blocks -%}
    select
        '{{ metric.code }}' as metric_code,
        cast({{ metric.region }} as varchar) as region_code,
        '{{ metric.period_kind }}' as period_kind,
        {{ metric_period_code(metric) }} as period_code,
        {{ metric_reference_date(metric) }} as reference_date,
        {{ metric_item_code(metric, totals) }} as item_code,
        {% if totals -%}
            {{ steady_sum(metric.value) }} as value,
            cast(count(*) as bigint) as mart_rows_count,
            {{ text_list('source_sha256') }} as source_sha256,
            max(published_at) as published_at,
            max(recorded_at) as recorded_at,
        {% else -%}
            cast({{ metric.value }} as double) as value,
            cast(1 as bigint) as mart_rows_count,
            source_sha256,
            published_at,
            recorded_at,
        {% endif -%}
        '{{ metric.mart }}' as mart,
        '{{ metric.value }}' as value_column
    from {{ ref(metric.mart) }}
    {% if metric.where %}where {{ metric.where | join(' and ') }}{% endif %}
    {% if totals -%}
        group by
            {{ metric.region }},
            {{ metric.period }}
            {%- for name in metric.get('items', {}) if name not in totals -%}
                , {{ metric['items'][name] }}
            {%- endfor %}
    {% endif -%}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
