{%- set summed = [
    'applications_total', 'applications_first', 'decisions_total', 'decisions_positive',
] %}

with months as (
    select *
    from {{ ref('int_hkl__pivoted') }}
    where row_kind = 'total'
),

cumulated as (
    select
        *,
        {% for measure in summed -%}
            cast(sum({{ measure }}) over year_so_far as bigint) as {{ measure }}_so_far,
        {% endfor -%}
        count(*) over year_so_far as months_so_far
    from months
    window
        year_so_far as (
            partition by extract(year from reference_month)
            order by reference_month
        )
)

select
    reference_month,
    applications_total,
    applications_first,
    applications_follow_up,
    decisions_total,
    decisions_art_16a,
    decisions_refugee,
    decisions_subsidiary,
    decisions_deportation_ban,
    decisions_rejected,
    decisions_otherwise_closed,
    decisions_positive,
    decisions_positive / nullif(decisions_total, 0) as protection_share,
    pending_first,
    pending_follow_up,
    pending_total,
    {% for measure in summed -%}
        case
            when months_so_far = extract(month from reference_month) then {{ measure }}_so_far
        end as {{ measure }}_sum_of_months,
    {% endfor -%}
    'printed total row; protection_share = (Art. 16a + § 3 + § 4 + § 60) / decisions' as method,
    'the office corrects earlier months: they do not sum to its own year to date' as caveat,
    source_sha256,
    published_at,
    recorded_at,
    revision
from cumulated
