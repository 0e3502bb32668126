{%- set catalogue = var('metrics') %}

{% for metric in catalogue -%}
    {%- set items = metric.get('items', {}) | sort | join(', ') -%}
    {%- set over = metric.get('over', []) | join(', ') -%}
    {%- set parts = metric.get('parts', []) | join(', ') -%}
    select
        '{{ metric.code }}' as metric_code,
        '{{ metric.label_de }}' as label_de,
        '{{ metric.unit_de }}' as unit_label,
        '{{ metric.kind }}' as kind,
        '{{ metric.period_kind }}' as period_kind,
        {{ text_or_null(metric.mart) }} as mart,
        {{ text_or_null(metric.value) }} as value_column,
        {{ metric.get('absent_is_zero', false) | lower }} as absent_is_zero,
        {{ ('ten_strongest_by' in metric) | lower }} as prints_ten_strongest,
        {{ text_or_null(items) }} as item_dimensions,
        {{ text_or_null(over) }} as adds_up_over,
        {{ text_or_null(parts) }} as part_metrics,
        {{ text_or_null(metric.numerator) }} as numerator_metric,
        {{ text_or_null(metric.denominator) }} as denominator_metric,
        {{ text_or_null(metric.within) }} as within_metric,
        {{ text_or_null(metric.same_as) }} as same_as_metric,
        {{ text_or_null(metric.dataset) }} as dataset_id,
        {{ text_or_null(metric.carried_from) }} as carried_from
    {% if not loop.last %}union all{% endif %}
{% endfor %}
