select
    cells.county_ags,
    cells.parameter_set,
    cells.scenario,
    cells.name,
    cells.value,
    cells.source,
    cells.reason
{{ from_in_force('county', 'lists', 'demand_parameters') }}
