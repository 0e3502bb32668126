{#
  What each home contributes to each figure of an area: the disclosure rule for homes asks how many
  homes and operators stand behind a sum, and how much each of them adds. A home in operation that
  left a cell out is a row without a value.
#}
{%- set reasons = ['staff', 'voluntary_stop', 'ordered_stop', 'rebuilding', 'infection', 'other'] %}
{%- set grades = [1, 2, 3, 4, 5] %}
{%- set parts_of_care = ['skilled', 'assistant', 'helper'] %}

with offers as (
    select *
    from {{ ref('int_homes__measured') }}
),

-- Only homes of dates on which somebody filled the table at all: no workbook holds every table.
occupied as (
    select *
    from offers
    where
        (reference_date, offer_type_code) in (
            select (filled.reference_date, filled.offer_type_code)
            from offers as filled
            where coalesce(filled.vacant_places, filled.unusable_places) is not null
        )
),

listed as (
    {% for measure, cell in [
        ('vacant_places', 'vacant'),
        ('occupied_places', 'vacant'),
        ('unusable_places', 'unusable'),
        ('reported_free_places', 'free'),
    ] -%}
        {{ home_contribution('occupied', measure, cell, measure, 'contracted_places') }}
        union all
    {% endfor -%}
    {% for reason in reasons -%}
        {{ home_contribution(
            'occupied', 'unusable_' ~ reason ~ '_places', 'unusable',
            "case when unusable_reason_code = '" ~ reason ~ "' then unusable_places"
            ~ " when unusable_places is not null then 0 end",
            'contracted_places',
        ) }}
        union all
    {% endfor -%}
    {{ home_contribution(ref('int_homes__staffed'), 'care_fte', 'care', 'care_fte') }}
    union all
    {% for part in parts_of_care -%}
        {{ home_contribution(
            ref('int_homes__staffed'), part ~ '_fte', 'care_and_' ~ part,
            'case when care_fte is not null then ' ~ part ~ '_fte end', 'care_fte',
        ) }}
        union all
    {% endfor -%}
    {% for measure, cell, value, most in [
        ('below_minimum_count', 'care_and_skilled', 'below_minimum_count', '1'),
        (
            'staffed_residents_persons', 'care_and_residents', 'residents_persons',
            'contracted_places',
        ),
    ] -%}
        {{ home_contribution(
            ref('int_homes__staffed'), measure, cell,
            'case when care_fte is not null then ' ~ value ~ ' end', most
        ) }}
        union all
    {% endfor -%}
    {% for other, cell, given in [
        ('skilled', 'care_and_skilled', 'skilled_fte'),
        ('places', 'care', 'contracted_places'),
        ('residents', 'care_and_residents', 'residents_persons'),
    ] -%}
        {{ home_contribution(
            ref('int_homes__staffed'), 'care_of_' ~ other ~ '_fte', cell,
            'case when ' ~ given ~ ' is not null then care_fte end',
        ) }}
        union all
    {% endfor -%}
    {% for grade in grades -%}
        {{ home_contribution(
            ref('int_homes__by_grade'), 'reported_grade_' ~ grade ~ '_persons', 'grades',
            'reported_persons', where='care_grade = ' ~ grade,
        ) }}
        union all
        {{ home_contribution(
            ref('int_homes__by_grade'), 'needed_grade_' ~ grade ~ '_persons', 'needed_by_grade',
            'coalesce(cast(reported_persons as double), stand_in_persons)',
            where='care_grade = ' ~ grade,
        ) }}
        union all
    {% endfor -%}
    {% for measure, cell, value, most in [
        (
            'reported_persons', 'reported', "case when basis = 'reported' then home_persons end",
            'contracted_places',
        ),
        (
            'needed_persons', 'needed', "case when basis <> 'unknown' then home_persons end",
            'contracted_places',
        ),
        (
            'stand_in_persons', 'stand_in', "case when basis = 'county_mix' then home_persons end",
            'contracted_places',
        ),
        ('no_care_grade_persons', 'grades_and_no_care_grade', 'no_care_grade_persons', 'null'),
        ('left_by_grades_persons', 'grades', 'left_by_grades_persons', 'null'),
        ('under_60_persons', 'under_60', 'under_60_persons', 'null'),
    ] -%}
        {{ home_contribution(
            ref('int_homes__by_grade'), measure, cell, value, most, where='care_grade = 1',
        ) }}
        union all
    {% endfor -%}
    {% for part in parts_of_care -%}
        {{ home_contribution(
            ref('int_homes__by_qualification'), 'standing_' ~ part ~ '_fte',
            'care_and_' ~ part, 'actual_fte', 'total_fte', about='told_date',
            where="qualification_code = '" ~ part ~ "'",
        ) }}
        union all
    {% endfor -%}
    {{ home_contribution(
        ref('int_homes__by_qualification'), 'standing_total_fte', 'care', 'actual_fte',
        about='told_date', where="qualification_code = 'total'",
    ) }}
)

select
    listed.measure_code,
    listed.reference_date,
    listed.offer_id,
    listed.home_id,
    listed.operator_name,
    listed.offer_type_code,
    listed.municipality_code,
    listed.about_date,
    listed.value,
    listed.most_value,
    cast(reports.first_revision as bigint) as first_revision,
    -- Made of other cells than before: the sum before less the sum now would be what was filled in.
    coalesce(
        reports.is_on_another_basis or (listed.value is null and reports.is_withdrawn), false
    ) as is_withdrawn
from listed
left join {{ ref('int_home_reports__first') }} as reports
    on
        listed.about_date = reports.reference_date
        and listed.offer_id = reports.offer_id
        and listed.cell_code = reports.cell_code
