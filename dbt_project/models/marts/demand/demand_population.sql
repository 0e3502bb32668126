select
    population.region_level,
    population.region_code,
    names.region_name,
    population.reference_year,
    population.population_variant_code,
    population.sex_code,
    population.age_from as age_from_years,
    bands.age_to as age_to_years,
    population.population_persons,
    population.population_source,
    population.population_date,
    population.population_basis,
    population.shares_date as municipality_population_date,
    case population.population_source
        when 'counted' then 'as counted on the date nearest to the year'
        else 'as projected for 31 December'
    end
    || case
        when
            population.region_level = 'Gemeinde'
            then ', by the municipality''s share of its county'
        else ''
    end as method,
    population.source_sha256,
    population.published_at,
    population.recorded_at
from {{ ref('int_demand_population__by_year') }} as population
inner join {{ ref('care_age_band') }} as bands on population.age_from = bands.age_from
left join {{ ref('int_regions__with_units') }} as names
    on
        population.region_level = names.region_level
        and population.region_code = names.region_code
