-- Printed figures of metrics that are made of other metrics: parts of a sum, some of a whole, and
-- shares with numerator and denominator. Grain: identity x figure x role.
{%- set catalogue = var('metrics') %}
{%- set composed = catalogue | selectattr('parts') | list %}
{%- set limited = catalogue | selectattr('within') | list %}
{%- set shares = catalogue | selectattr('numerator') | list %}

-- Metrics that are made of other metrics.
with roles as (
    {% for metric in composed -%}
        {% for code in [metric.code] + metric.parts -%}
            select
                'metric_parts' as identity_kind,
                '{{ metric.code }}' as about_metric_code,
                '{{ code }}' as metric_code,
                '{{ "whole" if loop.first else "part" }}' as figure_role,
                {{ metric.parts | length }} as parts_expected_count
            union all
        {% endfor -%}
    {% endfor -%}
    {% for metric in limited -%}
        {% for code, role in [(metric.within, 'whole'), (metric.code, 'some')] -%}
            select
                'some_of_whole' as identity_kind,
                '{{ metric.code }}' as about_metric_code,
                '{{ code }}' as metric_code,
                '{{ role }}' as figure_role,
                1 as parts_expected_count
            union all
        {% endfor -%}
    {% endfor -%}
    {% for metric in shares -%}
        {% for role, code in [
            ('share', metric.code), ('numerator', metric.numerator),
            ('denominator', metric.denominator),
        ] -%}
            select
                'share' as identity_kind,
                '{{ metric.code }}' as about_metric_code,
                '{{ code }}' as metric_code,
                '{{ role }}' as figure_role,
                2 as parts_expected_count
            {% if not loop.last %}union all{% endif %}
        {% endfor -%}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

between_metrics as (
    select
        concat_ws(
            '; ',
            roles.identity_kind || ' of ' || roles.about_metric_code,
            figures.table_code,
            figures.region_code,
            figures.period_code,
            figures.item_code
        ) as identity_id,
        roles.identity_kind,
        figures.figure_id,
        roles.figure_role,
        roles.about_metric_code as metric_code,
        roles.parts_expected_count
    from {{ ref('int_printed_figures__measured') }} as figures
    inner join roles on figures.metric_code = roles.metric_code
),

-- Only where a table prints all that is needed; the whole alone may be missing.
complete as (
    select identity_id
    from between_metrics
    group by identity_id
    having
        count(
            distinct case
                when figure_role in ('part', 'numerator', 'denominator') then figure_id
            end
        )
        = max(case when identity_kind = 'some_of_whole' then 0 else parts_expected_count end)
        and (
            max(case when figure_role = 'share' then 1 else 0 end) = 1
            or max(identity_kind) <> 'share'
        )
        and (count(*) > 1 or max(identity_kind) <> 'some_of_whole')
)

select
    identity_id,
    identity_kind,
    figure_id,
    figure_role,
    metric_code,
    cast(null as varchar) as dimension,
    cast(null as varchar) as partition_code,
    cast(parts_expected_count as bigint) as parts_expected_count
from between_metrics
where identity_id in (select complete.identity_id from complete)
