select
    cells.county_ags,
    cells.valid_from,
    cells.valid_to,
    cells.positions_fte,
    cells.source,
    cells.reason
{{ from_in_force('county', 'lists', 'case_management_grants') }}
