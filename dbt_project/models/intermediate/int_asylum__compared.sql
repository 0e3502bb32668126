{{ config(materialized='table') }}

{%- set counts = [
    'applications_total', 'applications_first', 'decisions_total', 'decisions_positive',
    'pending_total',
] %}
{%- set measures = counts + ['protection_share'] %}

with issued as (
    select
        *,
        case when row_kind = 'total' then 'total' else ls_code end as origin_code
    from {{ ref('int_hkl__pivoted') }}
    where row_kind in ('country', 'total')
),

months as (
    select
        reference_month,
        {{ month_number('reference_month') }} as month_number,
        source_sha256,
        published_at,
        recorded_at,
        revision
    from issued
    where row_kind = 'total'
),

origins as (
    select
        origin_code,
        min(reference_month) as first_month
    from issued
    group by origin_code
),

-- The countries that a month lists make its printed total, so one that it does not list has none.
filled as (
    select
        months.reference_month,
        months.month_number,
        origins.origin_code,
        origins.first_month,
        {% for measure in counts -%}
            case when issued.origin_code is null then 0 else issued.{{ measure }} end
                as {{ measure }},
        {% endfor -%}
        months.source_sha256,
        months.published_at,
        months.recorded_at,
        months.revision
    from months
    cross join origins
    left join issued
        on
            months.reference_month = issued.reference_month
            and origins.origin_code = issued.origin_code
),

cumulated as (
    select
        *,
        {% for measure in counts if measure != 'pending_total' -%}
            cast(sum({{ measure }}) over year_so_far as bigint) as {{ measure }}_so_far,
        {% endfor -%}
        max(published_at) over year_so_far as published_at_so_far,
        max(recorded_at) over year_so_far as recorded_at_so_far,
        count(*) over year_so_far = extract(month from reference_month) as is_whole
    from filled
    window
        year_so_far as (
            partition by origin_code, extract(year from reference_month)
            order by reference_month
        )
),

spans as (
    select
        reference_month,
        month_number,
        origin_code,
        first_month,
        'month' as span,
        {% for measure in counts -%}
            {{ measure }},
        {% endfor -%}
        decisions_positive / nullif(decisions_total, 0) as protection_share,
        source_sha256,
        published_at,
        recorded_at,
        revision
    from filled
    union all
    select
        reference_month,
        month_number,
        origin_code,
        first_month,
        'year_to_date' as span,
        {% for measure in counts -%}
            {% if measure == 'pending_total' -%}
                cast(null as bigint) as pending_total,
            {% else -%}
                case when is_whole then {{ measure }}_so_far end as {{ measure }},
            {% endif -%}
        {% endfor -%}
        case when is_whole then decisions_positive_so_far / nullif(decisions_total_so_far, 0) end
            as protection_share,
        source_sha256,
        published_at_so_far as published_at,
        recorded_at_so_far as recorded_at,
        revision
    from cumulated
),

comparisons as (
    {% for comparison, span, months_back in [
        ('month_before', 'month', 1),
        ('same_month_year_before', 'month', 12),
        ('year_to_date', 'year_to_date', 12),
    ] -%}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ comparison }}' as comparison_code,
            '{{ span }}' as span,
            {{ months_back }} as months_back
    {% endfor %}
)

select
    spans.reference_month,
    spans.origin_code,
    comparisons.comparison_code,
    spans.span,
    earlier.reference_month as compared_reference_month,
    {% for measure in measures -%}
        spans.{{ measure }},
        earlier.{{ measure }} as compared_{{ measure }},
    {% endfor -%}
    {{ both_files('spans.source_sha256', 'earlier.source_sha256') }} as source_sha256,
    greatest(spans.published_at, earlier.published_at) as published_at,
    greatest(spans.recorded_at, earlier.recorded_at) as recorded_at,
    spans.revision
from spans
inner join comparisons on spans.span = comparisons.span
left join spans as earlier
    on
        spans.origin_code = earlier.origin_code
        and spans.span = earlier.span
        and spans.month_number = earlier.month_number + comparisons.months_back
where spans.reference_month >= spans.first_month
