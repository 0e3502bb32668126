select
    offers.county_ags,
    needs.reference_date,
    needs.offer_id,
    needs.ratio_set_code,
    needs.qualification_code,
    offers.offer_name,
    needs.municipality_code,
    qualifications.label_de as qualification_label,
    coalesce(needs.reference_date >= sets.valid_from, true)
    and coalesce(needs.reference_date <= sets.valid_to, true) as is_in_force,
    needs.home_persons as residents_persons,
    needs.no_care_grade_persons,
    needs.under_60_persons,
    needs.required_fte,
    needs.required_lightest_mix_fte,
    needs.required_heaviest_mix_fte,
    needs.staff_reference_date,
    needs.actual_fte,
    needs.actual_fte - needs.required_fte as gap_fte,
    needs.basis,
    case sets.kind_code
        when 'maximum'
            then 'residents by care grade x full-time equivalents per resident: a maximum, no duty'
        else 'residents by care grade / residents per full-time equivalent x factor'
    end as method,
    case
        when needs.basis = 'county_mix' then 'the home did not report care grades'
        when needs.basis = 'unknown' then 'neither care grades nor occupied places are known'
        when needs.staff_reference_date <> needs.reference_date
            then 'staff of ' || needs.staff_reference_date
    end as caveat,
    needs.source_sha256,
    needs.published_at,
    greatest(needs.recorded_at, needs.staff_recorded_at) as recorded_at
from {{ ref('int_staffing_needs__by_offer') }} as needs
inner join {{ ref('staffing_ratio_set') }} as sets on needs.ratio_set_code = sets.ratio_set_code
inner join {{ ref('staffing_qualification') }} as qualifications
    on needs.qualification_code = qualifications.qualification_code
left join {{ ref('stg_wtg__offers') }} as offers
    on
        needs.reference_date = offers.reference_date
        and needs.offer_id = offers.offer_id
