-- Names by level and code: the official regions, and the own county's planning units.
select
    region_level,
    region_code,
    region_name
from {{ ref('int_regions__named') }}
union all
select
    'Planungseinheit' as region_level,
    unit_code as region_code,
    max(unit_name) as region_name
from {{ ref('int_planning_units__listed') }}
group by unit_code
