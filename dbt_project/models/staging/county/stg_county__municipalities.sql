select
    cells.county_ags,
    cells.municipality_code,
    cells.name,
    cells.source
{{ from_in_force('county', 'lists', 'municipalities') }}
