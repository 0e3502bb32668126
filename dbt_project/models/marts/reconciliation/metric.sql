{%- set catalogue = [] %}
{%- do metrics(catalogue) %}

{% for metric in catalogue -%}
    select
        '{{ metric.code }}' as metric_code,
        '{{ metric.label_de }}' as label_de,
        '{{ metric.unit_de }}' as unit_label,
        '{{ metric.kind }}' as kind,
        '{{ metric.period_kind }}' as period_kind,
        {{ "'" ~ metric.mart ~ "'" if metric.mart else 'cast(null as varchar)' }} as mart,
        {{ "'" ~ metric.value ~ "'" if metric.mart else 'cast(null as varchar)' }} as value_column,
        {{ 'true' if metric.absent_is_zero else 'false' }} as absent_is_zero,
        {{ 'true' if metric.ten_strongest_by else 'false' }} as prints_ten_strongest,
        '{{ metric.get('items', {}) | sort | join(', ') }}' as item_dimensions,
        '{{ (metric.over or []) | join(', ') }}' as adds_up_over,
        '{{ (metric.parts or []) | join(', ') }}' as part_metrics,
        {% for role in ['numerator', 'denominator', 'within', 'same_as', 'dataset', 'carried_from'] -%}
            {{ "'" ~ metric[role] ~ "'" if metric[role] else 'cast(null as varchar)' }}
                as {{ role if role == 'carried_from' else role ~ ('_id' if role == 'dataset' else '_metric') }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
