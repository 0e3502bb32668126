-- Persons of the register on each of its dates, beside Germany's asylum figures: pending procedures
-- at the end of the month, and what came in and was decided since the date before.
{%- set groups = ['recognised', 'pending', 'tolerated', 'total'] %}
{%- set quoted = "'recognised', 'pending', 'tolerated', 'total'" %}
{%- set apart = ['recognised', 'total'] %}
{%- set flows = {
    'applications': 'applications_total',
    'decisions': 'decisions_total',
    'positive_decisions': 'decisions_positive',
} %}

with county as (
    select
        county_ags,
        reference_date,
        {% for group in groups -%}
            {{ sum_of("case when status_code = '" ~ group ~ "' then persons end") }}
                as {{ group }}_persons,
        {% endfor -%}
        {% for group in apart -%}
            {{ sum_of(
                "case when status_code = '" ~ group ~ "' then persons_without_section_24 end"
            ) }} as {{ group }}_without_section_24_persons,
        {% endfor -%}
        max(basis) as basis,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at,
        max(revision) as revision
    from {{ ref('int_refugees__counted') }}
    where
        margin = 'total'
        and status_code in ({{ quoted }})
    group by county_ags, reference_date
),

dated as (
    select
        *,
        {{ month_number('reference_date') }} as month_number,
        lag(reference_date) over date_order as previous_reference_date,
        lag({{ month_number('reference_date') }}) over date_order as previous_month_number
    from county
    window date_order as (order by reference_date)
),

months as (
    select
        *,
        {{ month_number('reference_month') }} as month_number
    from {{ ref('asylum_national_monthly') }}
),

-- Between two dates lie the months after the one of the first and up to that of the second. They
-- are a sum only when all of them are there.
spans as (
    select
        dated.reference_date,
        min(months.reference_month) as span_from_month,
        max(months.reference_month) as span_to_month,
        count(*) as months_found_count,
        {% for name, measure in flows.items() -%}
            case
                when count(*) = max(dated.month_number - dated.previous_month_number)
                    then {{ sum_of('months.' ~ measure) }}
            end as {{ name }}_count,
        {% endfor -%}
        max(months.published_at) as published_at,
        max(months.recorded_at) as recorded_at
    from dated
    inner join months
        on
            dated.previous_month_number < months.month_number
            and dated.month_number >= months.month_number
    group by dated.reference_date
)

select
    dated.*,
    dated.month_number - dated.previous_month_number as span_months_count,
    coalesce(spans.months_found_count, 0) as months_found_count,
    national.reference_month as national_month,
    national.pending_total as national_pending_count,
    {% for name in flows -%}
        spans.{{ name }}_count as national_{{ name }}_count,
    {% endfor -%}
    spans.span_from_month,
    spans.span_to_month,
    {{ both_files('dated.source_sha256', 'national.source_sha256') }} as all_sha256,
    greatest(dated.published_at, national.published_at, spans.published_at)
        as last_published_at,
    greatest(dated.recorded_at, national.recorded_at, spans.recorded_at) as last_recorded_at
from dated
left join months as national on dated.month_number = national.month_number
left join spans on dated.reference_date = spans.reference_date
