-- Printed figures that some other table prints too. Grain: identity x figure.
{%- set catalogue = var('metrics') %}

-- One figure under one name, whatever metric its table calls it by.
with figures_under_true_names as (
    select
        figure_id,
        table_code,
        region_code,
        period_code,
        case
            {% for metric in catalogue if metric.same_as -%}
                when
                    metric_code = '{{ metric.code }}'
                    and '|' || item_code || '|' like '%|{{ metric.same_when }}|%'
                    then '{{ metric.same_as }}'
            {% endfor -%}
            else metric_code
        end as metric_code,
        case
            {% for metric in catalogue if metric.same_as -%}
                when
                    metric_code = '{{ metric.code }}'
                    and '|' || item_code || '|' like '%|{{ metric.same_when }}|%'
                    then {{ items_without('item_code', [metric.same_when.split('=')[0]]) }}
            {% endfor -%}
            else item_code
        end as item_code
    from {{ ref('int_printed_figures__measured') }}
),

figures_with_times_printed as (
    select
        *,
        count(*) over (partition by metric_code, region_code, period_code, item_code) as times
    from figures_under_true_names
)

select
    concat_ws('; ', 'printed twice', metric_code, region_code, period_code, item_code)
        as identity_id,
    'printed_twice' as identity_kind,
    figure_id,
    'printing' as figure_role,
    metric_code,
    cast(null as varchar) as dimension,
    cast(null as varchar) as partition_code,
    cast(times as bigint) as parts_expected_count
from figures_with_times_printed
where times > 1
