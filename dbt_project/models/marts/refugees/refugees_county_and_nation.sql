{%- set groups = ['recognised', 'pending', 'tolerated', 'total'] %}
{%- set quoted = "'recognised', 'pending', 'tolerated', 'total'" %}
{%- set apart = ['recognised', 'total'] %}
{%- set flows = ['applications', 'decisions', 'positive_decisions'] %}

with beside_nation as (
    select *
    from {{ ref('int_refugees__beside_nation') }}
),

based as (
    select
        *,
        min(case when national_pending_count is not null then reference_date end) over ()
            as index_base_date,
        min(case when national_decisions_count is not null then reference_date end) over ()
            as span_index_base_date,
        lag(national_pending_count) over date_order as previous_national_pending_count,
        {% for group in groups -%}
            lag({{ group }}_persons) over date_order as previous_{{ group }}_persons,
        {% endfor -%}
        {% for name in flows -%}
            lag(national_{{ name }}_count) over date_order as previous_national_{{ name }}_count,
        {% endfor -%}
        lag(span_months_count) over date_order as previous_span_months_count
    from beside_nation
    window date_order as (order by reference_date)
),

broken as (
    select
        based.reference_date,
        {% for name, since in {
            'previous': 'previous_reference_date', 'index_base': 'index_base_date',
        }.items() -%}
            string_agg(
                distinct case
                    when based.{{ since }} < breaks.visible_from_date
                        then breaks.status_code || ': ' || breaks.reason
                end, '; '
                order by case
                    when based.{{ since }} < breaks.visible_from_date
                        then breaks.status_code || ': ' || breaks.reason
                end
            ) as {{ name }}_break_reason{% if not loop.last %},{% endif %}
        {% endfor %}
    from based
    inner join {{ ref('structural_break') }} as breaks
        on
            breaks.source = 'azr'
            and breaks.status_code in ({{ quoted }})
            and based.reference_date >= breaks.visible_from_date
    group by based.reference_date
)

select
    based.reference_date,
    based.county_ags as region_code,
    based.previous_reference_date,
    based.national_month,
    based.index_base_date,
    {% for group in groups -%}
        based.{{ group }}_persons,
        based.{{ group }}_persons - based.previous_{{ group }}_persons
            as {{ group }}_change_persons,
        100.0 * based.{{ group }}_persons / nullif(base.{{ group }}_persons, 0)
            as {{ group }}_index,
    {% endfor -%}
    {% for group in apart -%}
        based.{{ group }}_without_section_24_persons,
    {% endfor -%}
    based.national_pending_count,
    based.national_pending_count - based.previous_national_pending_count
        as national_pending_change_count,
    100.0 * based.national_pending_count / nullif(base.national_pending_count, 0)
        as national_pending_index,
    based.pending_persons / nullif(based.national_pending_count, 0) as national_pending_share,
    based.span_from_month,
    based.span_to_month,
    cast(based.span_months_count as bigint) as span_months_count,
    based.span_index_base_date,
    {% for name in flows -%}
        based.national_{{ name }}_count,
        case
            when based.span_months_count = based.previous_span_months_count
                then based.national_{{ name }}_count - based.previous_national_{{ name }}_count
        end as national_{{ name }}_change_count,
        -- Spans differ in length: what is indexed is their mean month.
        100.0 * (based.national_{{ name }}_count / nullif(based.span_months_count, 0))
        / nullif(span_base.national_{{ name }}_count / nullif(span_base.span_months_count, 0), 0)
            as national_{{ name }}_index,
    {% endfor -%}
    coalesce(broken.previous_break_reason is not null, false) as previous_break_flag,
    broken.previous_break_reason,
    coalesce(broken.index_base_break_reason is not null, false) as index_base_break_flag,
    broken.index_base_break_reason,
    based.basis,
    'county on the date, Germany at the end of its month and in the months since the date before'
        as method,
    {{ caveats([
        "case when based.national_month is null then 'the national month is missing' end",
        "case when based.reference_date <> cast(last_day(based.reference_date) as date)"
        ~ " then 'Germany is counted at the end of the month, the county on another day' end",
        "case when based.months_found_count < based.span_months_count"
        ~ " then 'a month since the date before is missing: no sum' end",
        "case when based.span_months_count <> based.previous_span_months_count"
        ~ " then 'spans of different length: their sums have no change' end",
        "case when broken.previous_break_reason is not null"
        ~ " then 'a structural break lies between the date and the one before' end",
    ]) }} as caveat,
    based.all_sha256 as source_sha256,
    based.last_published_at as published_at,
    based.last_recorded_at as recorded_at,
    based.revision
from based
left join beside_nation as base on based.index_base_date = base.reference_date
left join beside_nation as span_base on based.span_index_base_date = span_base.reference_date
left join broken on based.reference_date = broken.reference_date
