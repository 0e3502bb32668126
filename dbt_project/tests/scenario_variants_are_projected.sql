-- A scenario on a variant that no projection holds would end with the last count.
{{ config(severity='warn') }}

with held as (
    select count(*) as projected_count
    from {{ ref('int_demand_projection__by_band') }}
)

select distinct
    scenarios.parameter_set,
    scenarios.scenario,
    scenarios.population_variant_code
from {{ ref('stg_county__demand_scenarios') }} as scenarios
cross join held
where
    held.projected_count > 0
    and scenarios.population_variant_code not in (
        select projection.population_variant_code
        from {{ ref('int_demand_projection__by_band') }} as projection
    )
