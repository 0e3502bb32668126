-- The newest projection of each region and variant, in the age bands of the rates.
with ranked as (
    select
        *,
        rank() over (
            partition by region_code, variant_code
            order by base_date desc
        ) as place_from_newest
    from {{ ref('stg_it_nrw__population_projection') }}
)

select
    cast(extract(year from ranked.reference_date) as integer) as reference_year,
    ranked.reference_date as population_date,
    ranked.base_date,
    ranked.region_code,
    ranked.variant_code as population_variant_code,
    ranked.sex_code,
    bands.age_from,
    bands.age_to,
    sum(ranked.value) as population_persons,
    max(ranked.source_sha256) as source_sha256,
    max(ranked.published_at) as published_at,
    max(ranked.recorded_at) as recorded_at
from ranked
inner join {{ ref('care_age_band') }} as bands
    on
        ranked.age_from >= bands.age_from
        and (bands.age_to is null or ranked.age_to <= bands.age_to)
where ranked.place_from_newest = 1
group by
    ranked.reference_date,
    ranked.base_date,
    ranked.region_code,
    ranked.variant_code,
    ranked.sex_code,
    bands.age_from,
    bands.age_to
