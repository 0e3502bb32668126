{#
  The share of each municipality in its county, by age band and sex. By the municipalities' own age
  groups (17 of them, 65 to 75 and 75 and older in one each) where every municipality of the county
  has them, else by their population as a whole. Either way the shares of a county sum to 1, so that a county is the
  sum of its municipalities.
#}
with totals as (
    select
        cells.region_code,
        cells.sex_code,
        cells.value as population_persons,
        cells.reference_date,
        cells.source_sha256,
        cells.published_at,
        cells.recorded_at,
        row_number() over (
            partition by cells.region_code, cells.sex_code
            order by cells.reference_date desc
        ) as place_from_newest
    from {{ ref('stg_it_nrw__population_municipalities') }} as cells
    where length(cells.region_code) = 8 and cells.value > 0
),

ranked_ages as (
    select
        cells.*,
        rank() over (
            partition by cells.region_code
            order by cells.reference_date desc
        ) as place_from_newest
    from {{ ref('stg_it_nrw__population_municipalities_by_age') }} as cells
    where length(cells.region_code) = 8
),

-- A group lies in a band, or holds several: 65 to 75, and 75 and older, stand for each of theirs.
by_age as (
    select
        ranked_ages.region_code,
        ranked_ages.sex_code,
        bands.age_from,
        max(ranked_ages.reference_date) as reference_date,
        sum(ranked_ages.value) as population_persons,
        max(ranked_ages.source_sha256) as source_sha256,
        max(ranked_ages.published_at) as published_at,
        max(ranked_ages.recorded_at) as recorded_at
    from ranked_ages
    inner join {{ ref('care_age_band') }} as bands
        on
            (
                ranked_ages.age_from >= bands.age_from
                and (bands.age_to is null or ranked_ages.age_to <= bands.age_to)
            )
            or (
                ranked_ages.age_from <= bands.age_from
                and (ranked_ages.age_to is null or ranked_ages.age_to >= bands.age_to)
            )
    where ranked_ages.place_from_newest = 1 and ranked_ages.age_from is not null
    group by ranked_ages.region_code, ranked_ages.sex_code, bands.age_from
),

bands_counted as (
    select count(*) as band_count
    from {{ ref('care_age_band') }}
),

counties as (
    select
        substr(totals.region_code, 1, 5) as kreis_code,
        totals.sex_code,
        count(by_age.age_from)
        = count(distinct totals.region_code) * max(bands_counted.band_count) as has_all_ages
    from totals
    cross join bands_counted
    left join by_age
        on
            totals.region_code = by_age.region_code
            and totals.sex_code = by_age.sex_code
    where totals.place_from_newest = 1
    group by substr(totals.region_code, 1, 5), totals.sex_code
),

chosen as (
    select
        by_age.region_code,
        counties.kreis_code,
        by_age.sex_code,
        by_age.age_from,
        'municipality_age' as population_basis,
        by_age.reference_date,
        by_age.population_persons,
        by_age.source_sha256,
        by_age.published_at,
        by_age.recorded_at
    from by_age
    inner join counties
        on
            substr(by_age.region_code, 1, 5) = counties.kreis_code
            and by_age.sex_code = counties.sex_code
    where counties.has_all_ages
    union all
    select
        totals.region_code,
        counties.kreis_code,
        totals.sex_code,
        bands.age_from,
        'county_age_structure' as population_basis,
        totals.reference_date,
        totals.population_persons,
        totals.source_sha256,
        totals.published_at,
        totals.recorded_at
    from totals
    inner join counties
        on
            substr(totals.region_code, 1, 5) = counties.kreis_code
            and totals.sex_code = counties.sex_code
    cross join {{ ref('care_age_band') }} as bands
    where totals.place_from_newest = 1 and not counties.has_all_ages
)

select
    *,
    population_persons
    / sum(population_persons) over (partition by kreis_code, sex_code, age_from)
        as county_share
from chosen
