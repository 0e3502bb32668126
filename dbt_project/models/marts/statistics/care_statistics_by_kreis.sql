{%- set recipient_measures = [
    'recipients', 'allowance', 'home_care', 'full_inpatient', 'permanent_inpatient',
    'grade_1_without_benefit',
] %}

with cells as (
    select
        cells.reference_date,
        extract(year from cells.reference_date) as reference_year,
        cells.region_code,
        measures.measure_code,
        cells.value,
        cells.marker,
        cells.source_sha256,
        cells.published_at,
        cells.recorded_at
    from {{ ref('stg_it_nrw__care_recipients') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    where length(cells.region_code) in (2, 5)
),

recipients as (
    select
        reference_year,
        region_code,
        max(reference_date) as reference_date,
        {% for measure in recipient_measures -%}
            cast(max(case when measure_code = '{{ measure }}' then value end) as bigint)
                as {{ measure }}_persons,
        {% endfor -%}
        {{ text_list("case when measure_code = 'recipients' then marker end") }}
            as recipients_marker,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from cells
    group by reference_year, region_code
),

homes as (
    select
        extract(year from cells.reference_date) as reference_year,
        cells.region_code,
        max(cells.reference_date) as reference_date,
        cast(max(case when measures.measure_code = 'places' then cells.value end) as bigint)
            as places,
        cast(
            max(case when measures.measure_code = 'permanent_places' then cells.value end) as bigint
        ) as permanent_places,
        max(cells.source_sha256) as source_sha256,
        max(cells.published_at) as published_at,
        max(cells.recorded_at) as recorded_at
    from {{ ref('stg_it_nrw__care_homes') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    group by extract(year from cells.reference_date), cells.region_code
)

select
    cast(recipients.reference_year as integer) as reference_year,
    recipients.region_code,
    regions.region_name,
    regions.region_level,
    recipients.reference_date,
    recipients.recipients_persons,
    recipients.allowance_persons,
    recipients.home_care_persons,
    recipients.full_inpatient_persons,
    recipients.permanent_inpatient_persons,
    recipients.grade_1_without_benefit_persons,
    recipients.recipients_persons
    - recipients.allowance_persons
    - recipients.home_care_persons
    - recipients.full_inpatient_persons
    - recipients.grade_1_without_benefit_persons as residual_persons,
    recipients.recipients_marker,
    homes.reference_date as homes_reference_date,
    homes.places,
    homes.permanent_places,
    'as printed; both tables joined by year' as method,
    case
        when recipients.recipients_persons is null then 'the figure is not published'
    end as caveat,
    recipients.source_sha256,
    homes.source_sha256 as homes_source_sha256,
    greatest(recipients.published_at, homes.published_at) as published_at,
    greatest(recipients.recorded_at, coalesce(homes.recorded_at, recipients.recorded_at))
        as recorded_at
from recipients
left join homes
    on
        recipients.reference_year = homes.reference_year
        and recipients.region_code = homes.region_code
left join {{ ref('dim_region') }} as regions on recipients.region_code = regions.region_code
