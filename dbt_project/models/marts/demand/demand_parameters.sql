select
    county_ags,
    parameter_set,
    scenario,
    parameter_name,
    parameter_value,
    is_own_value,
    is_current_set,
    source_document,
    reason
from {{ ref('int_demand_parameters__resolved') }}
