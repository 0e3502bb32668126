{#
  Places that are needed and places that there are, for every scenario: residents with what the
  county states beside them, and the supply of the region.
#}
{%- set parts = demand_supply_parts() %}

-- Both speak of full in-patient care only. Said as a column: a condition on residents alone would
-- make the join compare every row with every other.
with local_needs as (
    select
        *,
        'full_inpatient' as care_kind_code
    from {{ ref('int_demand_local_need__by_region') }}
),

supply as (
    select
        *,
        'full_inpatient' as care_kind_code
    from {{ ref('int_demand_supply__by_region') }}
),

needs as (
    select
        residents.*,
        coalesce(local_needs.migration_balance_persons, 0) as migration_balance_persons,
        coalesce(local_needs.special_need_persons, 0) as special_need_persons
    from {{ ref('int_demand_residents__by_scenario') }} as residents
    left join local_needs
        on
            residents.parameter_set = local_needs.parameter_set
            and residents.scenario = local_needs.scenario
            and residents.region_level = local_needs.region_level
            and residents.region_code = local_needs.region_code
            and residents.reference_year = local_needs.reference_year
            and residents.care_kind_code = local_needs.care_kind_code
)

select
    needs.*,
    supply.supply_date,
    supply.projects_date,
    supply.supply_basis,
    {% for part in parts -%}
        supply.{{ part }},
    {% endfor -%}
    supply.source_sha256 as supply_source_sha256,
    supply.published_at as supply_published_at,
    supply.recorded_at as supply_recorded_at,
    case
        when needs.care_kind_code = 'full_inpatient'
            then
                {{ demand_need(
                    'needs.residents_persons',
                    '(needs.migration_balance_persons + needs.special_need_persons)',
                    'needs'
                ) }}
    end as need_places,
    {{ demand_supply('supply', 'needs') }} as supply_places
from needs
left join supply
    on
        needs.region_level = supply.region_level
        and needs.region_code = supply.region_code
        and needs.reference_year = supply.reference_year
        and needs.opening_delay_years = supply.opening_delay_years
        and needs.care_kind_code = supply.care_kind_code
