{#
  Every parameter of every scenario: its own value where it states one, else that of base. Grain:
  parameter set x scenario x parameter.
#}
with resolved as (
    select
        scenarios.county_ags,
        scenarios.parameter_set,
        scenarios.scenario,
        base.name as parameter_name,
        coalesce(own.value, base.value) as parameter_value,
        own.value is not null and scenarios.scenario <> 'base' as is_own_value,
        coalesce(own.source, base.source) as source_document,
        coalesce(own.reason, base.reason) as reason
    from {{ ref('stg_county__demand_scenarios') }} as scenarios
    inner join {{ ref('stg_county__demand_parameters') }} as base
        on
            scenarios.parameter_set = base.parameter_set
            and base.scenario = 'base'
    left join {{ ref('stg_county__demand_parameters') }} as own
        on
            scenarios.parameter_set = own.parameter_set
            and scenarios.scenario = own.scenario
            and base.name = own.name
),

ranked_sets as (
    select
        parameter_set,
        row_number() over (order by adopted_date desc, parameter_set desc) as place_from_newest
    from {{ ref('stg_county__demand_parameter_sets') }}
)

select
    resolved.*,
    coalesce(ranked_sets.place_from_newest = 1, false) as is_current_set
from resolved
left join ranked_sets on resolved.parameter_set = ranked_sets.parameter_set
