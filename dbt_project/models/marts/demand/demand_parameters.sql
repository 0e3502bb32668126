select
    parameter_set,
    scenario,
    name as parameter_name,
    value as parameter_value,
    source as source_document,
    reason
from {{ ref('demand_parameter') }}
