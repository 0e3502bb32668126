{%- set comparisons = {
    'previous': 'change_to_previous',
    'year_before': 'change_to_year_before',
    'two_years_before': 'change_to_two_years_before',
    'first': 'change_to_first',
} %}

with facts as (
    select counted.*
    from {{ ref('int_refugees__counted') }} as counted
    inner join {{ ref('residence_status') }} as statuses
        on
            counted.status_code = statuses.status_code
            and statuses.status_code = statuses.group_code
    where counted.margin = 'total'
),

totals as (
    select
        reference_date,
        persons
    from facts
    where status_code = 'total'
),

compared as (
    select
        reference_date,
        status_code,
        {% for comparison, change in comparisons.items() -%}
            {% for column, name in [
                ('compared_reference_date', comparison ~ '_reference_date'),
                ('change_persons', change ~ '_persons'),
                ('change_share', change ~ '_share'),
                ('break_reason', change ~ '_break_reason'),
            ] -%}
                max(case when comparison_code = '{{ comparison }}' then {{ column }} end)
                    as {{ name }},
            {% endfor -%}
        {% endfor -%}
        count(*) as comparisons_count
    from {{ ref('int_refugees__compared') }}
    where margin = 'total'
    group by reference_date, status_code
)

select
    facts.reference_date,
    facts.county_ags as region_code,
    facts.status_code as status_group_code,
    statuses.label_de as status_group_label,
    facts.persons,
    facts.marker,
    -- Family permits are counted beside the total, not in it.
    case
        when facts.status_code <> 'family' then facts.persons / nullif(totals.persons, 0)
    end as total_share,
    facts.persons_without_section_24,
    {% for comparison, change in comparisons.items() -%}
        compared.{{ comparison }}_reference_date,
        compared.{{ change }}_persons,
        compared.{{ change }}_share,
        compared.{{ change }}_break_reason,
    {% endfor -%}
    facts.stands_for_date,
    facts.basis,
    'as counted by the register; changes between true dates' as method,
    {{ caveats([
        "case when facts.stands_for_date <> facts.reference_date"
        ~ " then 'no data for the end of the quarter: another date stands in' end",
        "case when facts.persons is not null and facts.persons_without_section_24 is null"
        ~ " then 'the cross table of the date does not print § 24 apart' end",
    ]) }} as caveat,
    facts.source_sha256,
    facts.published_at,
    facts.recorded_at,
    facts.revision
from facts
inner join compared
    on
        facts.reference_date = compared.reference_date
        and facts.status_code = compared.status_code
left join {{ ref('residence_status') }} as statuses on facts.status_code = statuses.status_code
left join totals on facts.reference_date = totals.reference_date
