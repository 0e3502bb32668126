{#
  What each home contributes to each figure of an area: the disclosure rule for homes asks how many
  homes and operators stand behind a sum, and how much each of them adds. A home in operation that
  left a cell out is a row without a value.
#}
{%- set reasons = ['staff', 'voluntary_stop', 'ordered_stop', 'rebuilding', 'infection', 'other'] %}
{%- set grades = [1, 2, 3, 4, 5] %}
{%- set kinds = ['care', 'skilled', 'assistant', 'helper'] %}

with offers as (
    select
        measured.*,
        coalesce(measured.site_id, measured.offer_id) as home_id,
        listed.provider_name as operator_name
    from {{ ref('int_offers__measured') }} as measured
    inner join {{ ref('stg_wtg__offers') }} as listed
        on
            measured.reference_date = listed.reference_date
            and measured.offer_id = listed.offer_id
),

minimum as (
    select
        value as minimum_skilled_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('wtg_parameter') }}
    where name = 'minimum_skilled_share'
),

staff_dates as (
    select max(reference_date) as reference_date
    from offers
    where care_fte is not null
    group by extract(year from reference_date)
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

staffed as (
    select
        offers.*,
        case
            when offers.skilled_fte < offers.care_fte * minimum.minimum_skilled_share then 1
            when offers.skilled_fte is not null and minimum.minimum_skilled_share is not null then 0
        end as below_minimum_count
    from offers
    inner join staff_dates on offers.reference_date = staff_dates.reference_date
    left join minimum on offers.reference_date between minimum.valid_from and minimum.valid_to
    where
        offers.offer_type_code in (
            select filled.offer_type_code
            from offers as filled
            where filled.care_fte is not null and filled.reference_date = offers.reference_date
        )
),

residents as (
    select
        grades.*,
        offers.home_id,
        offers.operator_name,
        offers.offer_type_code,
        offers.contracted_places
    from {{ ref('int_residents__by_grade') }} as grades
    inner join offers
        on
            grades.reference_date = offers.reference_date
            and grades.offer_id = offers.offer_id
),

standing as (
    select
        residents.reference_date,
        residents.offer_id,
        residents.home_id,
        residents.operator_name,
        residents.offer_type_code,
        residents.municipality_code,
        staff.qualification_code,
        staff.staff_reference_date,
        staff.actual_fte
    from residents
    left join {{ ref('int_staff__standing') }} as staff
        on
            residents.reference_date = staff.reference_date
            and residents.offer_id = staff.offer_id
    where residents.care_grade = 1
),

listed as (
    {% for measure, value, cell in [
        ('vacant_places', 'vacant_places', 'vacant'),
        ('occupied_places', 'occupied_places', 'vacant'),
        ('unusable_places', 'unusable_places', 'unusable'),
        ('reported_free_places', 'reported_free_places', 'free'),
    ] -%}
        select
            '{{ measure }}' as measure_code,
            '{{ cell }}' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            cast({{ value }} as double) as value,
            cast(contracted_places as double) as most_value
        from occupied
        union all
    {% endfor -%}
    {% for reason in reasons -%}
        select
            'unusable_{{ reason }}_places' as measure_code,
            'unusable' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            cast(
                case
                    when unusable_reason_code = '{{ reason }}' then unusable_places
                    when unusable_places is not null then 0
                end as double
            ) as value,
            cast(contracted_places as double) as most_value
        from occupied
        union all
    {% endfor -%}
    {% for kind in kinds -%}
        select
            '{{ kind }}_fte' as measure_code,
            '{{ kind }}' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            {% if kind == 'care' -%}
                care_fte as value,
                cast(null as double) as most_value
            {%- else -%}
                case when care_fte is not null then {{ kind }}_fte end as value,
                care_fte as most_value
            {%- endif %}
        from staffed
        union all
    {% endfor -%}
    select
        'below_minimum_count' as measure_code,
        'skilled' as cell_code,
        reference_date,
        reference_date as about_date,
        offer_id,
        home_id,
        operator_name,
        offer_type_code,
        municipality_code,
        cast(case when care_fte is not null then below_minimum_count end as double) as value,
        cast(1 as double) as most_value
    from staffed
    union all
    {% for other, cell, given in [
        ('skilled', 'skilled', 'skilled_fte'),
        ('places', 'care', 'contracted_places'),
        ('residents', 'residents', 'residents_persons'),
    ] -%}
        select
            'care_of_{{ other }}_fte' as measure_code,
            '{{ cell }}' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            case when {{ given }} is not null then care_fte end as value,
            cast(null as double) as most_value
        from staffed
        union all
    {% endfor -%}
    select
        'staffed_residents_persons' as measure_code,
        'residents' as cell_code,
        reference_date,
        reference_date as about_date,
        offer_id,
        home_id,
        operator_name,
        offer_type_code,
        municipality_code,
        cast(case when care_fte is not null then residents_persons end as double) as value,
        cast(contracted_places as double) as most_value
    from staffed
    union all
    {% for grade in grades -%}
        select
            'reported_grade_{{ grade }}_persons' as measure_code,
            'grades' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            cast(reported_persons as double) as value,
            cast(null as double) as most_value
        from residents
        where care_grade = {{ grade }}
        union all
        select
            'needed_grade_{{ grade }}_persons' as measure_code,
            'vacant' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            coalesce(cast(reported_persons as double), stand_in_persons) as value,
            cast(null as double) as most_value
        from residents
        where care_grade = {{ grade }}
        union all
    {% endfor -%}
    {% for measure, cell, value, most in [
        (
            'reported_persons', 'grades', "case when basis = 'reported' then home_persons end",
            'contracted_places',
        ),
        (
            'needed_persons', 'vacant', "case when basis <> 'unknown' then home_persons end",
            'contracted_places',
        ),
        (
            'stand_in_persons', 'vacant', "case when basis = 'county_mix' then home_persons end",
            'contracted_places',
        ),
        ('no_care_grade_persons', 'no_care_grade', 'no_care_grade_persons', 'null'),
        ('under_60_persons', 'under_60', 'under_60_persons', 'null'),
    ] -%}
        select
            '{{ measure }}' as measure_code,
            '{{ cell }}' as cell_code,
            reference_date,
            reference_date as about_date,
            offer_id,
            home_id,
            operator_name,
            offer_type_code,
            municipality_code,
            cast({{ value }} as double) as value,
            cast({{ most }} as double) as most_value
        from residents
        where care_grade = 1
        union all
    {% endfor -%}
    {% for kind in kinds -%}
        select
            'standing_{{ 'total' if kind == 'care' else kind }}_fte' as measure_code,
            '{{ kind }}' as cell_code,
            homes.reference_date,
            coalesce(staff.staff_reference_date, homes.reference_date) as about_date,
            homes.offer_id,
            homes.home_id,
            homes.operator_name,
            homes.offer_type_code,
            homes.municipality_code,
            staff.actual_fte as value,
            {% if kind == 'care' -%}
                cast(null as double) as most_value
            {%- else -%}
                totals.actual_fte as most_value
            {%- endif %}
        from residents as homes
        left join standing as staff
            on
                homes.reference_date = staff.reference_date
                and homes.offer_id = staff.offer_id
                and staff.qualification_code = '{{ 'total' if kind == 'care' else kind }}'
        {% if kind != 'care' -%}
            left join standing as totals
                on
                    homes.reference_date = totals.reference_date
                    and homes.offer_id = totals.offer_id
                    and totals.qualification_code = 'total'
        {% endif -%}
        where homes.care_grade = 1
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
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
    listed.value is null and reports.first_revision is not null and reports.is_withdrawn
        as is_withdrawn
from listed
left join {{ ref('int_home_reports__first') }} as reports
    on
        listed.about_date = reports.reference_date
        and listed.offer_id = reports.offer_id
        and listed.cell_code = reports.cell_code
