-- Land level: recipients of a kind of care per inhabitant of an age band, by sex where the care
-- statistics tell the sexes apart, else for both together.
with recipients as (
    select
        cells.reference_date,
        cells.region_code as land_code,
        measures.measure_code as care_kind_code,
        cells.sex_code,
        bands.age_from,
        bands.age_to,
        sum(cells.value) as recipients_persons,
        max(cells.source_sha256) as source_sha256,
        max(cells.published_at) as published_at,
        max(cells.recorded_at) as recorded_at
    from {{ ref('stg_it_nrw__care_recipients_by_age') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    inner join {{ ref('care_age_band') }} as bands
        on
            cells.age_from >= bands.age_from
            and (bands.age_to is null or cells.age_to <= bands.age_to)
    where length(cells.region_code) = 2
    group by
        cells.reference_date,
        cells.region_code,
        measures.measure_code,
        cells.sex_code,
        bands.age_from,
        bands.age_to
),

told_apart as (
    select
        reference_date,
        land_code,
        care_kind_code,
        count(distinct case when sex_code <> 'total' then sex_code end) = 2 as by_sex
    from recipients
    group by reference_date, land_code, care_kind_code
),

population_dates as (
    select distinct reference_date
    from {{ ref('int_population__by_band') }}
),

-- Each care statistics takes the population date nearest to it; of two as near, the later.
date_pairs as (
    select distinct
        recipients.reference_date,
        population_dates.reference_date as population_date
    from recipients
    cross join population_dates
),

dates as (
    select
        reference_date,
        population_date,
        row_number() over (
            partition by reference_date
            order by
                abs({{ days_between('reference_date', 'population_date') }}) asc,
                population_date desc
        ) as place_from_nearest
    from date_pairs
)

select
    recipients.reference_date,
    dates.population_date,
    recipients.land_code,
    recipients.care_kind_code,
    recipients.sex_code,
    recipients.age_from,
    recipients.age_to,
    recipients.recipients_persons,
    population.population_persons,
    recipients.source_sha256,
    recipients.published_at,
    recipients.recorded_at,
    recipients.recipients_persons / nullif(population.population_persons, 0) as recipients_share
from recipients
inner join told_apart
    on
        recipients.reference_date = told_apart.reference_date
        and recipients.land_code = told_apart.land_code
        and recipients.care_kind_code = told_apart.care_kind_code
        and (recipients.sex_code <> 'total') = told_apart.by_sex
inner join dates
    on
        recipients.reference_date = dates.reference_date
        and dates.place_from_nearest = 1
inner join {{ ref('int_population__by_band') }} as population
    on
        dates.population_date = population.reference_date
        and recipients.land_code = population.region_code
        and recipients.sex_code = population.sex_code
        and recipients.age_from = population.age_from
