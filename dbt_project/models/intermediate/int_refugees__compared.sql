{%- set key = ['status_code', 'margin', 'group_code'] %}
{%- set years = {'year_before': 1, 'two_years_before': 2} %}

with counted as (
    select
        *,
        lag(reference_date) over date_order as previous_reference_date,
        first_value(reference_date) over date_order as first_reference_date
    from {{ ref('int_refugees__counted') }}
    window date_order as (partition by {{ key | join(', ') }} order by reference_date)
),

asked as (
    select
        counted.*,
        'previous' as comparison_code,
        counted.previous_reference_date as compared_reference_date
    from counted
    union all
    select
        counted.*,
        'first' as comparison_code,
        counted.first_reference_date as compared_reference_date
    from counted
    {% for comparison, distance in years.items() -%}
        union all
        select
            counted.*,
            '{{ comparison }}' as comparison_code,
            earlier.reference_date as compared_reference_date
        from counted
        left join counted as earlier
            on
                {{ same_columns('counted', 'earlier', key) }}
                and earlier.place_in_quarter = 1
                and {{ month_number('counted.stands_for_date') }}
                = {{ month_number('earlier.stands_for_date') }} + {{ distance * 12 }}
    {% endfor %}
),

-- A break lies between two dates when only the later one can show it.
broken as (
    select
        asked.reference_date,
        asked.comparison_code,
        {% for column in key -%}
            asked.{{ column }},
        {% endfor -%}
        {{ text_list('breaks.break_code') }} as break_codes,
        string_agg(
            distinct breaks.reason || ' (' || breaks.law || ')', '; '
            order by breaks.reason || ' (' || breaks.law || ')'
        ) as break_reason,
        string_agg(distinct breaks.what_de, '; ' order by breaks.what_de) as break_label
    from asked
    inner join {{ ref('structural_break') }} as breaks
        on
            breaks.source = 'azr'
            and asked.status_code = breaks.status_code
            and asked.compared_reference_date < breaks.visible_from_date
            and asked.reference_date >= breaks.visible_from_date
    group by asked.reference_date, asked.comparison_code, asked.{{ key | join(', asked.') }}
)

select
    asked.county_ags,
    asked.reference_date,
    asked.status_code,
    asked.margin,
    asked.group_code,
    asked.comparison_code,
    asked.persons,
    asked.persons_without_section_24,
    asked.basis,
    asked.compared_reference_date,
    earlier.stands_for_date as compared_stands_for_date,
    earlier.persons as compared_persons,
    earlier.persons_without_section_24 as compared_persons_without_section_24,
    earlier.basis as compared_basis,
    asked.persons - earlier.persons as change_persons,
    (asked.persons - earlier.persons) / nullif(earlier.persons, 0) as change_share,
    asked.persons_without_section_24 - earlier.persons_without_section_24
        as change_without_section_24_persons,
    (asked.persons_without_section_24 - earlier.persons_without_section_24)
    / nullif(earlier.persons_without_section_24, 0) as change_without_section_24_share,
    broken.break_codes is not null as break_flag,
    broken.break_codes,
    broken.break_reason,
    broken.break_label,
    {{ both_files('asked.source_sha256', 'earlier.source_sha256') }} as source_sha256,
    greatest(asked.published_at, earlier.published_at) as published_at,
    greatest(asked.recorded_at, earlier.recorded_at) as recorded_at,
    asked.revision
from asked
left join counted as earlier
    on
        {{ same_columns('asked', 'earlier', key) }}
        and asked.compared_reference_date = earlier.reference_date
left join broken
    on
        {{ same_columns('asked', 'broken', key) }}
        and asked.reference_date = broken.reference_date
        and asked.comparison_code = broken.comparison_code
