-- Staff needed for the residents of each care grade of an area. Grain: date x region x set of
-- ratios x qualification x care grade. Staff is there for all grades together: none of it here.
select
    residents.reference_date,
    areas.region_level,
    areas.region_code,
    max(areas.region_name) as region_name,
    ratios.ratio_set_code,
    ratios.qualification_code,
    cast(residents.care_grade as varchar) as care_grade_code,
    count(*) as homes_count,
    count(case when residents.basis = 'reported' then 1 end) as homes_reported_count,
    count(case when residents.basis = 'county_mix' then 1 end) as homes_county_mix_count,
    count(case when residents.basis = 'unknown' then 1 end) as homes_left_out_count,
    {{ sum_of('residents.reported_persons') }} as reported_persons,
    {{ steady_sum('residents.stand_in_persons') }} as county_mix_persons,
    cast(null as bigint) as no_care_grade_persons,
    cast(null as bigint) as under_60_persons,
    ratios.fte_per_resident,
    {{ steady_sum(
        'coalesce(residents.reported_persons, residents.stand_in_persons)'
        ~ ' * ratios.fte_per_resident'
    ) }} as required_fte,
    cast(null as double) as required_lightest_mix_fte,
    cast(null as double) as required_heaviest_mix_fte,
    cast(null as date) as staff_reference_date,
    cast(null as bigint) as homes_with_staff_count,
    cast(null as double) as actual_fte,
    cast(null as double) as gap_fte,
    cast(null as varchar) as document,
    max(residents.source_sha256) as source_sha256,
    max(residents.published_at) as published_at,
    max(residents.recorded_at) as recorded_at
from {{ ref('int_residents__by_grade') }} as residents
inner join {{ ref('int_municipalities__areas') }} as areas
    on
        residents.municipality_code = areas.municipality_code
        and coalesce(residents.reference_date >= areas.valid_from, true)
        and coalesce(residents.reference_date <= areas.valid_to, true)
inner join {{ ref('int_staffing_ratios__per_resident') }} as ratios
    on residents.care_grade = ratios.care_grade
group by
    residents.reference_date,
    areas.region_level,
    areas.region_code,
    ratios.ratio_set_code,
    ratios.qualification_code,
    residents.care_grade,
    ratios.fte_per_resident
