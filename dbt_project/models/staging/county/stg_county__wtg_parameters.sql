select
    cells.county_ags,
    cells.name,
    cells.value,
    cells.valid_from,
    cells.valid_to,
    cells.source,
    cells.reason
{{ from_in_force('county', 'lists', 'wtg_parameters') }}
