with minimum as (
    select
        value as minimum_skilled_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'minimum_skilled_share'
),

of_regions as (
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
        needs.known_since
    from {{ ref('int_staffing_needs__by_area') }} as needs
),

of_grades as (
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
        max(residents.known_since) as known_since
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
),

examples as (
    select
        *,
        cast(published_date as timestamptz) as published_at
    from {{ ref('stg_county__example_homes') }}
    where {{ known_by_as_of('cast(published_date as timestamptz)') }}
),

-- The example is printed by care grade and in total.
example_grades as (
    select
        examples.example_home_code,
        examples.label_de,
        examples.published_date,
        examples.document,
        examples.published_at,
        ratios.ratio_set_code,
        ratios.qualification_code,
        cast(examples.care_grade as varchar) as care_grade_code,
        examples.residents_persons,
        ratios.fte_per_resident,
        examples.residents_persons * ratios.fte_per_resident as required_fte
    from examples
    inner join {{ ref('int_staffing_ratios__per_resident') }} as ratios
        on examples.care_grade = ratios.care_grade
),

example_rows as (
    select * from example_grades
    union all
    select
        example_home_code,
        label_de,
        published_date,
        document,
        published_at,
        ratio_set_code,
        qualification_code,
        'total' as care_grade_code,
        {{ sum_of('residents_persons') }} as residents_persons,
        cast(null as double) as fte_per_resident,
        {{ steady_sum('required_fte') }} as required_fte
    from example_grades
    group by
        example_home_code,
        label_de,
        published_date,
        document,
        published_at,
        ratio_set_code,
        qualification_code
),

of_examples as (
    select
        published_date as reference_date,
        'Musterhaus' as region_level,
        example_home_code as region_code,
        label_de as region_name,
        ratio_set_code,
        qualification_code,
        care_grade_code,
        cast(1 as bigint) as homes_count,
        cast(1 as bigint) as homes_reported_count,
        cast(0 as bigint) as homes_county_mix_count,
        cast(0 as bigint) as homes_left_out_count,
        residents_persons as reported_persons,
        cast(null as double) as county_mix_persons,
        cast(null as bigint) as no_care_grade_persons,
        cast(null as bigint) as under_60_persons,
        fte_per_resident,
        required_fte,
        required_fte as required_lightest_mix_fte,
        required_fte as required_heaviest_mix_fte,
        cast(null as date) as staff_reference_date,
        cast(null as bigint) as homes_with_staff_count,
        cast(null as double) as actual_fte,
        cast(null as double) as gap_fte,
        document,
        cast(null as varchar) as source_sha256,
        published_at,
        published_at as known_since
    from example_rows
),

needs as (
    select * from of_regions
    union all
    select * from of_grades
    union all
    select * from of_examples
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
    ) as doubt,
    needs.document,
    needs.source_sha256,
    needs.published_at,
    needs.known_since
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
