with minimum as (
    select
        value as minimum_skilled_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'minimum_skilled_share'
),

needs as (
    select *
    from {{ ref('int_staffing_needs__listed') }}
)

select
    needs.reference_date,
    needs.region_level,
    needs.region_code,
    needs.ratio_set_code,
    needs.qualification_code,
    needs.care_grade_code,
    needs.region_name,
    sets.label_de as ratio_set_label,
    sets.kind_code as ratio_kind_code,
    qualifications.label_de as qualification_label,
    coalesce(needs.reference_date >= sets.valid_from, true)
    and coalesce(needs.reference_date <= sets.valid_to, true) as is_in_force,
    needs.homes_count,
    needs.homes_reported_count,
    needs.homes_county_mix_count,
    needs.homes_left_out_count,
    needs.reported_persons,
    needs.county_mix_persons,
    needs.no_care_grade_persons,
    needs.under_60_persons,
    stated.residents_per_fte as stated_residents_per_fte,
    needs.fte_per_resident,
    needs.required_fte,
    needs.required_fte / nullif(totals.required_fte, 0) as qualification_share,
    needs.required_lightest_mix_fte,
    needs.required_heaviest_mix_fte,
    needs.required_fte - replaced.required_fte as change_to_replaced_set_fte,
    case when needs.qualification_code = 'skilled' then minimum.minimum_skilled_share end
        as minimum_skilled_share,
    case
        when needs.qualification_code = 'skilled'
            then minimum.minimum_skilled_share * totals.required_fte
    end as required_by_minimum_share_fte,
    needs.staff_reference_date,
    needs.homes_with_staff_count,
    needs.actual_fte,
    needs.gap_fte,
    case
        when
            needs.qualification_code = 'skilled'
            and needs.homes_with_staff_count = needs.homes_count
            and needs.homes_left_out_count = 0
            then needs.actual_fte - minimum.minimum_skilled_share * totals.required_fte
    end as gap_to_minimum_share_fte,
    case
        when needs.region_level = 'Musterhaus' then 'printed_example'
        when needs.homes_reported_count = needs.homes_count then 'reported'
        when needs.homes_reported_count = 0 then 'county_mix'
        else 'reported_and_county_mix'
    end as basis,
    case sets.kind_code
        when 'maximum'
            then 'residents by care grade x full-time equivalents per resident: a maximum, no duty'
        else 'residents by care grade / residents per full-time equivalent x factor'
    end as method,
    nullif(
        concat_ws(
            '; ',
            case
                when needs.reference_date < sets.valid_from
                    then 'comparison only: the set is in force from ' || sets.valid_from || ' on'
                when needs.reference_date > sets.valid_to
                    then 'comparison only: the set was in force until ' || sets.valid_to
            end,
            case
                when needs.homes_county_mix_count > 0
                    then
                        needs.homes_county_mix_count
                        || ' homes did not report care grades: the county''s reported mix stands in'
            end,
            case
                when needs.homes_left_out_count > 0
                    then needs.homes_left_out_count || ' homes without known residents are left out'
            end,
            case
                when needs.no_care_grade_persons > 0
                    then
                        needs.no_care_grade_persons
                        || ' residents without a care grade need no staff here'
            end,
            case
                when
                    needs.actual_fte is not null
                    and needs.homes_with_staff_count < needs.homes_count
                    then 'not every home reports staff: the gap is that of those which do'
            end,
            case
                when needs.staff_reference_date <> needs.reference_date
                    then 'staff of ' || needs.staff_reference_date
            end
        ),
        ''
    ) as caveat,
    needs.document,
    needs.source_sha256,
    needs.published_at,
    needs.recorded_at
from needs
inner join {{ ref('staffing_ratio_set') }} as sets on needs.ratio_set_code = sets.ratio_set_code
inner join {{ ref('staffing_qualification') }} as qualifications
    on needs.qualification_code = qualifications.qualification_code
left join {{ ref('staffing_ratio') }} as stated
    on
        needs.ratio_set_code = stated.ratio_set_code
        and needs.qualification_code = stated.qualification_code
        and needs.care_grade_code = cast(stated.care_grade as varchar)
left join needs as totals
    on
        needs.reference_date = totals.reference_date
        and needs.region_level = totals.region_level
        and needs.region_code = totals.region_code
        and needs.ratio_set_code = totals.ratio_set_code
        and needs.care_grade_code = totals.care_grade_code
        and totals.qualification_code = 'total'
left join needs as replaced
    on
        needs.reference_date = replaced.reference_date
        and needs.region_level = replaced.region_level
        and needs.region_code = replaced.region_code
        and needs.care_grade_code = replaced.care_grade_code
        and needs.qualification_code = replaced.qualification_code
        and sets.replaces_set_code = replaced.ratio_set_code
left join minimum on needs.reference_date between minimum.valid_from and minimum.valid_to
