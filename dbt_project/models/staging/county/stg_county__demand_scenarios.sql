select
    cells.county_ags,
    cells.parameter_set,
    cells.scenario,
    cells.label_de,
    cells.population_variant_code,
    cast(cells.sort_order as integer) as sort_order,
    cells.description
{{ from_in_force('county', 'lists', 'demand_scenarios') }}
