select
    cells.county_ags,
    cells.unit_code,
    cells.unit_name,
    cells.municipality_code,
    cells.valid_from,
    cells.valid_to,
    cells.source
{{ from_in_force('county', 'lists', 'planning_units') }}
