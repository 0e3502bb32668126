select
    cells.county_ags,
    cells.parameter_set,
    cells.adopted_date,
    cells.document,
    cells.reason
{{ from_in_force('county', 'lists', 'demand_parameter_sets') }}
