-- Metrics that papers have printed under the name of another, with the reason to give.
{%- set catalogue = var('metrics') %}

{% for metric in catalogue if metric.mistaken_for -%}
    {% for other, reason in metric.mistaken_for.items() -%}
        select
            '{{ metric.code }}' as metric_code,
            '{{ other }}' as other_metric_code,
            '{{ reason }}' as reason_code
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
