with needs as (
    select
        areas.region_level,
        areas.region_code,
        areas.region_name,
        needs.*
    from {{ ref('int_staffing_needs__by_offer') }} as needs
    inner join {{ ref('int_municipalities__areas') }} as areas
        on
            needs.municipality_code = areas.municipality_code
            and coalesce(needs.reference_date >= areas.valid_from, true)
            and coalesce(needs.reference_date <= areas.valid_to, true)
)

select
    reference_date,
    region_level,
    region_code,
    ratio_set_code,
    qualification_code,
    max(region_name) as region_name,
    count(*) as homes_count,
    count(case when basis = 'reported' then 1 end) as homes_reported_count,
    count(case when basis = 'county_mix' then 1 end) as homes_county_mix_count,
    count(case when basis = 'unknown' then 1 end) as homes_left_out_count,
    {{ sum_of("case when basis = 'reported' then home_persons end") }} as reported_persons,
    {{ sum_of("case when basis = 'county_mix' then home_persons end") }} as county_mix_persons,
    {{ sum_of('no_care_grade_persons') }} as no_care_grade_persons,
    {{ sum_of('under_60_persons') }} as under_60_persons,
    {{ steady_sum('required_fte') }} as required_fte,
    {{ steady_sum('required_lightest_mix_fte') }} as required_lightest_mix_fte,
    {{ steady_sum('required_heaviest_mix_fte') }} as required_heaviest_mix_fte,
    max(staff_reference_date) as staff_reference_date,
    count(actual_fte) as homes_with_staff_count,
    {{ steady_sum('actual_fte') }} as actual_fte,
    -- Need and staff of the same homes: one that told only one of the two makes no gap.
    {{ steady_sum('actual_fte - required_fte') }} as gap_fte,
    case
        when max(staff_source_sha256) <> max(source_sha256)
            then
                least(max(source_sha256), max(staff_source_sha256))
                || ', '
                || greatest(max(source_sha256), max(staff_source_sha256))
        else max(source_sha256)
    end as source_sha256,
    greatest(max(published_at), max(staff_published_at)) as published_at,
    greatest(max(recorded_at), max(staff_recorded_at)) as recorded_at
from needs
group by reference_date, region_level, region_code, ratio_set_code, qualification_code
