select
    county_ags,
    unit_code,
    unit_name,
    municipality_code,
    valid_from,
    valid_to,
    method
from {{ ref('int_planning_units__listed') }}
