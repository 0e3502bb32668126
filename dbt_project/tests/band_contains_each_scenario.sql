select
    scenarios.parameter_set,
    scenarios.scenario,
    scenarios.region_level,
    scenarios.region_code,
    scenarios.reference_year,
    scenarios.balance_places,
    band.balance_min_places,
    band.balance_max_places
from {{ ref('demand_forecast') }} as scenarios
left join {{ ref('demand_band') }} as band
    on
        scenarios.parameter_set = band.parameter_set
        and scenarios.region_level = band.region_level
        and scenarios.region_code = band.region_code
        and scenarios.reference_year = band.reference_year
where
    scenarios.care_kind_code = 'full_inpatient'
    and (
        band.parameter_set is null
        or scenarios.need_places < band.need_min_places - 1e-6
        or scenarios.need_places > band.need_max_places + 1e-6
        or scenarios.supply_places < band.supply_min_places - 1e-6
        or scenarios.supply_places > band.supply_max_places + 1e-6
        or scenarios.balance_places < band.balance_min_places - 1e-6
        or scenarios.balance_places > band.balance_max_places + 1e-6
    )
