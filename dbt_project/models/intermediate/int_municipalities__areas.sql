with municipalities as (
    select
        regions.region_code,
        regions.region_name,
        own.county_ags
    from {{ ref('int_regions__named') }} as regions
    inner join {{ ref('int_counties__own') }} as own on regions.parent_code = own.county_ags
    where regions.region_level = 'Gemeinde'
),

counties as (
    select
        region_code,
        region_name
    from {{ ref('int_regions__named') }}
    where is_own_county
)

select
    municipalities.region_code as municipality_code,
    'Gemeinde' as region_level,
    municipalities.region_code,
    municipalities.region_name,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from municipalities
union all
select
    units.municipality_code,
    'Planungseinheit' as region_level,
    units.unit_code as region_code,
    units.unit_name as region_name,
    units.valid_from,
    units.valid_to
from {{ ref('int_planning_units__listed') }} as units
union all
select
    municipalities.region_code as municipality_code,
    'Kreis' as region_level,
    counties.region_code,
    counties.region_name,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from municipalities
inner join counties on municipalities.county_ags = counties.region_code
union all
-- Facts that are known for the county as a whole only carry its own key.
select
    counties.region_code as municipality_code,
    'Kreis' as region_level,
    counties.region_code,
    counties.region_name,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from counties
