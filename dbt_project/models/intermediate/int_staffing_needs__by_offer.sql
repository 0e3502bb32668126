{{ config(materialized='table') }}

with needed as (
    select
        residents.reference_date,
        residents.offer_id,
        residents.municipality_code,
        residents.basis,
        residents.home_persons,
        residents.no_care_grade_persons,
        residents.under_60_persons,
        residents.source_sha256,
        residents.published_at,
        residents.recorded_at,
        ratios.ratio_set_code,
        ratios.qualification_code,
        {{ steady_sum(
            'coalesce(residents.reported_persons, residents.stand_in_persons)'
            ~ ' * ratios.fte_per_resident'
        ) }} as required_fte
    from {{ ref('int_residents__by_grade') }} as residents
    inner join {{ ref('int_staffing_ratios__per_resident') }} as ratios
        on residents.care_grade = ratios.care_grade
    group by
        residents.reference_date,
        residents.offer_id,
        residents.municipality_code,
        residents.basis,
        residents.home_persons,
        residents.no_care_grade_persons,
        residents.under_60_persons,
        residents.source_sha256,
        residents.published_at,
        residents.recorded_at,
        ratios.ratio_set_code,
        ratios.qualification_code
),

-- How wrong the county's mix can be: the unreported homes like the lightest or the heaviest home.
ranked as (
    select
        reference_date,
        ratio_set_code,
        offer_id,
        row_number() over (
            partition by reference_date, ratio_set_code
            order by required_fte / home_persons asc, offer_id asc
        ) as place_from_lightest,
        row_number() over (
            partition by reference_date, ratio_set_code
            order by required_fte / home_persons desc, offer_id asc
        ) as place_from_heaviest
    from needed
    where qualification_code = 'total' and basis = 'reported' and home_persons > 0
),

extremes as (
    select
        needed.reference_date,
        needed.ratio_set_code,
        needed.qualification_code,
        max(
            case
                when ranked.place_from_lightest = 1 then needed.required_fte / needed.home_persons
            end
        ) as lightest_fte_per_person,
        max(
            case
                when ranked.place_from_heaviest = 1 then needed.required_fte / needed.home_persons
            end
        ) as heaviest_fte_per_person
    from ranked
    inner join needed
        on
            ranked.reference_date = needed.reference_date
            and ranked.ratio_set_code = needed.ratio_set_code
            and ranked.offer_id = needed.offer_id
    where ranked.place_from_lightest = 1 or ranked.place_from_heaviest = 1
    group by needed.reference_date, needed.ratio_set_code, needed.qualification_code
)

select
    needed.*,
    case
        when needed.basis = 'reported' then needed.required_fte
        else needed.home_persons * extremes.lightest_fte_per_person
    end as required_lightest_mix_fte,
    case
        when needed.basis = 'reported' then needed.required_fte
        else needed.home_persons * extremes.heaviest_fte_per_person
    end as required_heaviest_mix_fte,
    staff.staff_reference_date,
    staff.actual_fte,
    staff.source_sha256 as staff_source_sha256,
    staff.published_at as staff_published_at,
    staff.recorded_at as staff_recorded_at
from needed
left join extremes
    on
        needed.reference_date = extremes.reference_date
        and needed.ratio_set_code = extremes.ratio_set_code
        and needed.qualification_code = extremes.qualification_code
left join {{ ref('int_staff__standing') }} as staff
    on
        needed.reference_date = staff.reference_date
        and needed.offer_id = staff.offer_id
        and needed.qualification_code = staff.qualification_code
