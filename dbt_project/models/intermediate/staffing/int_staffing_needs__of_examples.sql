-- Staff needed by the example homes that the county printed, by care grade and in total.
with examples as (
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
)

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
    published_at as recorded_at
from example_rows
