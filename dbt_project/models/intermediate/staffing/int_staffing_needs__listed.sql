-- Staff needed and there: of areas in total and by care grade, and of example homes.
select
    needs.reference_date,
    needs.region_level,
    needs.region_code,
    needs.region_name,
    needs.ratio_set_code,
    needs.qualification_code,
    'total' as care_grade_code,
    needs.homes_count,
    needs.homes_reported_count,
    needs.homes_county_mix_count,
    needs.homes_left_out_count,
    needs.reported_persons,
    cast(needs.county_mix_persons as double) as county_mix_persons,
    needs.no_care_grade_persons,
    needs.under_60_persons,
    cast(null as double) as fte_per_resident,
    needs.required_fte,
    needs.required_lightest_mix_fte,
    needs.required_heaviest_mix_fte,
    needs.staff_reference_date,
    needs.homes_with_staff_count,
    needs.actual_fte,
    needs.gap_fte,
    cast(null as varchar) as document,
    needs.source_sha256,
    needs.published_at,
    needs.recorded_at
from {{ ref('int_staffing_needs__by_area') }} as needs
union all
select *
from {{ ref('int_staffing_needs__by_grade') }}
union all
select *
from {{ ref('int_staffing_needs__of_examples') }}
