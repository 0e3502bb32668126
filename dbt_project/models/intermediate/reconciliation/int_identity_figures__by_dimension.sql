-- Printed figures that are parts of a whole over a dimension (places of a region, groups of a
-- status), and the wholes themselves. Grain: identity x figure x role.
{%- set catalogue = var('metrics') %}
{%- set dimensions = [] %}
{%- for metric in catalogue %}
    {%- for dimension in metric.over or [] if dimension not in dimensions %}
        {%- do dimensions.append(dimension) %}
    {%- endfor %}
{%- endfor %}

-- Each figure by each dimension its metric adds up over: its place there, and all else as one text.
with placed as (
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
        from {{ ref('int_printed_figures__measured') }}
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
