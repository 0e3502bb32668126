with municipalities as (
    select
        region_code,
        region_name
    from {{ ref('int_regions__named') }}
    where region_level = 'Gemeinde' and parent_code = {{ county_ags() }}
),

county as (
    select
        region_code,
        region_name
    from {{ ref('int_regions__named') }}
    where region_code = {{ county_ags() }}
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
    county.region_code,
    county.region_name,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from municipalities
cross join county
union all
-- Facts that are known for the county as a whole only carry its own key.
select
    county.region_code as municipality_code,
    'Kreis' as region_level,
    county.region_code,
    county.region_name,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to
from county
