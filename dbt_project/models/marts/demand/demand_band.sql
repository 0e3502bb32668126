{#
  The smallest, middle and largest result over the grid: every point of int_demand_grid__listed on
  every variant of the population.
#}
{%- set trend_factor = demand_trend_factor(
    'p.trend_rate_pa', 'residents.reference_year', 'p.trend_until_year', 'residents.base_year'
) %}
{%- set measures = ['residents_persons', 'need_places', 'supply_places', 'balance_places'] %}

with points as (
    select *
    from {{ ref('int_demand_grid__listed') }}
),

-- Residents before the trend do not depend on the axes: once per variant.
residents as (
    select
        parameter_set,
        region_level,
        region_code,
        reference_year,
        base_year,
        population_variant_code,
        max(expected_persons * county_factor) as persons,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from {{ ref('int_demand_residents__by_scenario') }}
    where care_kind_code = 'full_inpatient'
    group by
        parameter_set, region_level, region_code, reference_year, base_year, population_variant_code
),

local_needs as (
    select
        parameter_set,
        region_level,
        region_code,
        reference_year,
        max(migration_balance_persons + special_need_persons) as persons
    from {{ ref('int_demand_local_need__by_region') }}
    group by parameter_set, region_level, region_code, reference_year
),

-- Needs and supplies have axes of their own: the grid is their product, and its extremes are
-- found without writing it down.
need_points as (
    select distinct
        parameter_set,
        is_current_set,
        trend_rate_pa,
        trend_until_year,
        target_occupancy,
        substitution_share
    from points
),

needs as (
    select
        residents.parameter_set,
        p.is_current_set,
        residents.region_level,
        residents.region_code,
        residents.reference_year,
        residents.published_at,
        residents.recorded_at,
        residents.persons * {{ trend_factor }} as residents_persons,
        {{ demand_need(
            'residents.persons * ' ~ trend_factor, 'coalesce(local_needs.persons, 0)', 'p'
        ) }} as need_places
    from residents
    inner join need_points as p on residents.parameter_set = p.parameter_set
    left join local_needs
        on
            residents.parameter_set = local_needs.parameter_set
            and residents.region_level = local_needs.region_level
            and residents.region_code = local_needs.region_code
            and residents.reference_year = local_needs.reference_year
),

supply_points as (
    select distinct
        parameter_set,
        embedded_share,
        opening_delay_years,
        realisation_planned_share,
        realisation_decided_share,
        realisation_under_construction_share
    from points
),

supplies as (
    select
        p.parameter_set,
        supply.region_level,
        supply.region_code,
        supply.reference_year,
        {{ demand_supply('supply', 'p') }} as supply_places
    from {{ ref('int_demand_supply__by_region') }} as supply
    inner join supply_points as p on supply.opening_delay_years = p.opening_delay_years
),

grid as (
    select
        needs.*,
        supplies.supply_places,
        supplies.supply_places - needs.need_places as balance_places
    from needs
    left join supplies
        on
            needs.parameter_set = supplies.parameter_set
            and needs.region_level = supplies.region_level
            and needs.region_code = supplies.region_code
            and needs.reference_year = supplies.reference_year
),

-- Names join afterwards: the grid is many times as long as the band.
bands as (
    select
        parameter_set,
        region_level,
        region_code,
        reference_year,
        bool_or(is_current_set) as is_current_set,
        count(*) as grid_points_count,
        {% for measure in measures -%}
            {% set name, unit = measure.rsplit('_', 1) -%}
            min({{ measure }}) as {{ name }}_min_{{ unit }},
            median({{ measure }}) as {{ name }}_median_{{ unit }},
            max({{ measure }}) as {{ name }}_max_{{ unit }},
        {% endfor -%}
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from grid
    group by parameter_set, region_level, region_code, reference_year
)

select
    bands.parameter_set,
    bands.is_current_set,
    bands.region_level,
    bands.region_code,
    regions.region_name,
    bands.reference_year,
    bands.grid_points_count,
    {% for measure in measures -%}
        {% set name, unit = measure.rsplit('_', 1) -%}
        bands.{{ name }}_min_{{ unit }},
        bands.{{ name }}_median_{{ unit }},
        bands.{{ name }}_max_{{ unit }},
    {% endfor -%}
    'smallest, middle and largest value over every combination of variant, trend, occupancy, '
    || 'substitution, embedded share and realisation that a scenario of the set uses' as method,
    bands.published_at,
    bands.recorded_at
from bands
left join {{ ref('int_regions__with_units') }} as regions
    on
        bands.region_level = regions.region_level
        and bands.region_code = regions.region_code
