-- Both sexes and their total, each as printed.
select
    population.reference_date,
    population.region_code,
    population.sex_code,
    bands.age_from,
    bands.age_to,
    sum(population.value) as population_persons,
    max(population.source_sha256) as source_sha256,
    max(population.published_at) as published_at,
    max(population.recorded_at) as recorded_at
from {{ ref('stg_it_nrw__population_by_age') }} as population
inner join {{ ref('care_age_band') }} as bands
    on
        population.age_from >= bands.age_from
        and (bands.age_to is null or population.age_to <= bands.age_to)
where population.nationality_code = 'total'
group by
    population.reference_date,
    population.region_code,
    population.sex_code,
    bands.age_from,
    bands.age_to
