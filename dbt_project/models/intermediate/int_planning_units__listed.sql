with stated as (
    select
        county_ags,
        unit_code,
        unit_name,
        municipality_code,
        valid_from,
        valid_to,
        source
    from {{ ref('stg_county__planning_units') }}
)

select
    county_ags,
    unit_code,
    unit_name,
    municipality_code,
    valid_from,
    valid_to,
    source as method
from stated
union all
-- A municipality that the county's list does not name is a unit of its own.
select
    own.county_ags,
    regions.region_code as unit_code,
    regions.region_name as unit_name,
    regions.region_code as municipality_code,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    'not in the list of planning units: a unit of its own' as method
from {{ ref('int_regions__named') }} as regions
inner join {{ ref('int_counties__own') }} as own on regions.parent_code = own.county_ags
where regions.region_code not in (select stated.municipality_code from stated)
