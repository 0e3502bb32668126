{{ config(materialized='table') }}

{%- set grades = [1, 2, 3, 4, 5] %}

with homes as (
    select
        offers.reference_date,
        offers.offer_id,
        offers.municipality_code,
        {% for grade in grades -%}
            offers.care_grade_{{ grade }}_persons,
        {% endfor -%}
        offers.no_care_grade_persons,
        offers.under_60_persons,
        offers.source_sha256,
        offers.published_at,
        offers.recorded_at,
        -- A home that leaves out one grade has not told its mix.
        {% for grade in grades -%}
            offers.care_grade_{{ grade }}_persons is not null
            {%- if not loop.last %} and {% endif %}
        {% endfor %} as is_reported,
        case
            when
                {% for grade in grades -%}
                    offers.care_grade_{{ grade }}_persons is not null
                    {%- if not loop.last %} and {% endif %}
                {% endfor %}
                then offers.residents_persons
            else offers.occupied_places
        end as home_persons
    from {{ ref('int_offers__measured') }} as offers
    inner join {{ ref('offer_type') }} as types
        on
            offers.offer_type_code = types.offer_type_code
            and types.counts_as_home
),

by_grade as (
    {% for grade in grades -%}
        select
            reference_date,
            offer_id,
            municipality_code,
            is_reported,
            home_persons,
            no_care_grade_persons,
            under_60_persons,
            source_sha256,
            published_at,
            recorded_at,
            {{ grade }} as care_grade,
            care_grade_{{ grade }}_persons as grade_persons
        from homes
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Residents without a grade stay in the divisor: a home that stands in has some of them too.
county_mix as (
    select
        reference_date,
        care_grade,
        sum(grade_persons) / nullif(sum(home_persons), 0) as grade_share
    from by_grade
    where is_reported
    group by reference_date, care_grade
)

select
    by_grade.reference_date,
    by_grade.offer_id,
    by_grade.municipality_code,
    by_grade.care_grade,
    case
        when by_grade.is_reported then 'reported'
        when by_grade.home_persons is not null then 'county_mix'
        else 'unknown'
    end as basis,
    by_grade.home_persons,
    case when by_grade.is_reported then by_grade.grade_persons end as reported_persons,
    case when not by_grade.is_reported then by_grade.home_persons * county_mix.grade_share end
        as stand_in_persons,
    case when by_grade.is_reported then by_grade.no_care_grade_persons end as no_care_grade_persons,
    by_grade.under_60_persons,
    by_grade.source_sha256,
    by_grade.published_at,
    by_grade.recorded_at
from by_grade
inner join county_mix
    on
        by_grade.reference_date = county_mix.reference_date
        and by_grade.care_grade = county_mix.care_grade
