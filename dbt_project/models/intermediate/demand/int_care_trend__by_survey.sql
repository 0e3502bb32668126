{#
  Recipients of each survey beside what the rates of the newest survey give for the population
  nearest to it: what is left of a change once ageing is taken out. Land and Kreise.
#}
with observed as (
    select
        cells.reference_date,
        cells.region_code,
        measures.measure_code,
        max(cells.value) as observed_persons,
        max(cells.source_sha256) as source_sha256,
        max(cells.published_at) as published_at,
        max(cells.recorded_at) as recorded_at,
        1 as preference
    from {{ ref('stg_it_nrw__care_recipients') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    where length(cells.region_code) in (2, 5) and cells.value is not null
    group by cells.reference_date, cells.region_code, measures.measure_code
    union all
    -- Where the table of the Kreise prints no figure for the Land, its ages sum to one.
    select
        reference_date,
        land_code as region_code,
        care_kind_code as measure_code,
        sum(recipients_persons) as observed_persons,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at,
        2 as preference
    from {{ ref('int_care_rates__by_band') }}
    group by reference_date, land_code, care_kind_code
),

ranked as (
    select
        observed.*,
        trends.rates_of_care_kind_code,
        row_number() over (
            partition by
                extract(year from observed.reference_date),
                observed.region_code,
                observed.measure_code
            order by observed.preference
        ) as place
    from observed
    inner join {{ ref('care_trend_measure') }} as trends
        on observed.measure_code = trends.measure_code
),

newest_rates as (
    select *
    from {{ ref('int_care_rates__by_band') }}
    where reference_date = (
        select max(newest.reference_date)
        from {{ ref('int_care_rates__by_band') }} as newest
    )
),

survey_regions as (
    select distinct
        reference_date,
        region_code
    from ranked
),

region_dates as (
    select distinct
        region_code,
        reference_date
    from {{ ref('int_population__by_band') }}
),

population_dates as (
    select
        surveys.reference_date,
        surveys.region_code,
        dates.reference_date as population_date,
        row_number() over (
            partition by surveys.reference_date, surveys.region_code
            order by
                abs({{ days_between('surveys.reference_date', 'dates.reference_date') }}) asc,
                dates.reference_date desc
        ) as place_from_nearest
    from survey_regions as surveys
    inner join region_dates as dates on surveys.region_code = dates.region_code
),

expected as (
    select
        population_dates.reference_date,
        population_dates.region_code,
        population_dates.population_date,
        newest_rates.care_kind_code,
        {{ steady_sum('population.population_persons * newest_rates.recipients_share') }}
            as expected_persons
    from population_dates
    inner join {{ ref('int_population__by_band') }} as population
        on
            population_dates.region_code = population.region_code
            and population_dates.population_date = population.reference_date
    inner join newest_rates
        on
            substr(population.region_code, 1, 2) = newest_rates.land_code
            and population.sex_code = newest_rates.sex_code
            and population.age_from = newest_rates.age_from
    where population_dates.place_from_nearest = 1
    group by
        population_dates.reference_date,
        population_dates.region_code,
        population_dates.population_date,
        newest_rates.care_kind_code
)

select
    ranked.reference_date,
    ranked.region_code,
    ranked.measure_code,
    ranked.rates_of_care_kind_code,
    ranked.observed_persons,
    expected.expected_persons,
    expected.population_date,
    ranked.observed_persons / nullif(expected.expected_persons, 0) as observed_to_expected,
    ranked.source_sha256,
    ranked.published_at,
    ranked.recorded_at
from ranked
inner join expected
    on
        ranked.reference_date = expected.reference_date
        and ranked.region_code = expected.region_code
        and ranked.rates_of_care_kind_code = expected.care_kind_code
where ranked.place = 1 and ranked.observed_persons > 0
