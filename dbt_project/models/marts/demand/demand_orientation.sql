{#
  The simplest measure, beside the rates: places per 100 people aged 80 and older, valued at what the
  Land as a whole has in the base year.
#}
with base as (
    select *
    from {{ ref('demand_forecast') }}
    where is_current_set and care_kind_code = 'full_inpatient' and supply_places is not null
),

valued as (
    select
        base.region_code as land_code,
        base.base_year,
        max(100 * base.contracted_places / base.population_80_plus_persons)
            as orientation_places_per_100
    from base
    where
        base.region_level = 'Land'
        and base.reference_year = base.base_year
        and base.scenario = 'base'
    group by base.region_code, base.base_year
)

select
    base.scenario,
    base.region_level,
    base.region_code,
    base.region_name,
    base.reference_year,
    base.population_variant_code,
    base.population_80_plus_persons,
    base.supply_places,
    100 * base.supply_places / nullif(base.population_80_plus_persons, 0) as places_per_100,
    valued.orientation_places_per_100,
    base.population_80_plus_persons * valued.orientation_places_per_100 / 100
        as orientation_need_places,
    base.supply_places
    - base.population_80_plus_persons * valued.orientation_places_per_100 / 100
        as orientation_balance_places,
    base.population_80_plus_persons / 100 as sensitivity_places,
    base.balance_places as rates_balance_places,
    'people aged 80 and older x permanent places per 100 of them in the Land, base year' as method,
    'health, families and home care differ between counties: the rates know that, this does not'
        as caveat,
    base.population_source_sha256,
    base.supply_source_sha256,
    base.published_at,
    base.recorded_at
from base
inner join valued on substr(base.rates_region_code, 1, 2) = valued.land_code
