-- Which printed figures take part in which identity. Found by rules of the catalogue alone: nobody
-- says which table is wrong.
{%- set catalogue = var('metrics') %}
{%- set dimensions = [] %}
{%- for metric in catalogue %}
    {%- for dimension in metric.over or [] if dimension not in dimensions %}
        {%- do dimensions.append(dimension) %}
    {%- endfor %}
{%- endfor %}

with figures as (
    select
        figure_id,
        table_code,
        metric_code,
        region_code,
        period_code,
        item_code
    from {{ ref('published_figure') }}
    where metric_code is not null and printed_number is not null
),

-- Each figure by each dimension its metric adds up over: its place there, and all else as one text.
placed as (
    {% for dimension in dimensions -%}
        {%- set names = dimension.split('+') %}
        select
            '{{ dimension }}' as dimension,
            figure_id,
            table_code,
            metric_code,
            period_code,
            {% if dimension == 'region' -%}
                region_code as place_code,
                'item ' || item_code as other_code
            {%- else -%}
                {% for name in names -%}
                    {{ item_of('item_code', name) }}{% if not loop.last %} || '/' || {% endif %}
                {%- endfor %} as place_code,
                region_code || ' ' || {{ items_without('item_code', names) }} as other_code
            {%- endif %}
        from figures
        where {{ is_metric_over('metric_code', dimension, catalogue) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

expected as (
    select
        dimension,
        whole_code,
        partition_code,
        relation,
        count(*) as parts_expected_count
    from {{ ref('int_metric_parts__listed') }}
    group by dimension, whole_code, partition_code, relation
),

parts as (
    select
        placed.*,
        listed.whole_code,
        listed.partition_code,
        listed.relation,
        expected.parts_expected_count,
        concat_ws(
            '; ',
            listed.relation || 's of ' || placed.dimension || ' ' || listed.whole_code,
            listed.partition_code,
            placed.table_code,
            placed.metric_code,
            placed.period_code,
            placed.other_code
        ) as identity_id
    from placed
    inner join {{ ref('int_metric_parts__listed') }} as listed
        on
            placed.dimension = listed.dimension
            and placed.place_code = listed.part_code
    inner join expected
        on
            listed.dimension = expected.dimension
            and listed.whole_code = expected.whole_code
            and listed.partition_code = expected.partition_code
            and listed.relation = expected.relation
),

identities as (
    select distinct
        identity_id,
        dimension,
        table_code,
        metric_code,
        period_code,
        other_code,
        whole_code,
        partition_code,
        relation,
        parts_expected_count
    from parts
),

-- The whole of the same table; of another one only where the table prints none.
wholes as (
    select
        identities.*,
        placed.figure_id,
        case
            when placed.table_code = identities.table_code then 'whole' else 'whole_elsewhere'
        end as figure_role,
        min(case when placed.table_code = identities.table_code then 0 else 1 end) over (
            partition by identities.identity_id
        ) as nearest
    from identities
    inner join placed
        on
            identities.dimension = placed.dimension
            and identities.metric_code = placed.metric_code
            and identities.period_code = placed.period_code
            and identities.other_code = placed.other_code
            and identities.whole_code = placed.place_code
),

{%- set composed = catalogue | selectattr('parts') | list %}
{%- set limited = catalogue | selectattr('within') | list %}
{%- set shares = catalogue | selectattr('numerator') | list %}

-- Metrics that are made of other metrics.
roles as (
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
    from figures
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
),

-- One figure under one name, whatever metric its table calls it by.
named as (
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
    from figures
),

counted as (
    select
        *,
        count(*) over (partition by metric_code, region_code, period_code, item_code) as times
    from named
)

select
    identity_id,
    case relation when 'some' then 'some_of_whole' else 'parts_of_whole' end as identity_kind,
    figure_id,
    case relation when 'some' then 'some' else 'part' end as figure_role,
    metric_code,
    dimension,
    partition_code,
    cast(parts_expected_count as bigint) as parts_expected_count
from parts
union all
select
    identity_id,
    case relation when 'some' then 'some_of_whole' else 'parts_of_whole' end as identity_kind,
    figure_id,
    figure_role,
    metric_code,
    dimension,
    partition_code,
    cast(parts_expected_count as bigint) as parts_expected_count
from wholes
where figure_role = 'whole' or nearest = 1
union all
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
union all
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
from counted
where times > 1
