select
    cells.county_ags,
    cells.kind,
    cast(cells.value as integer) as value,
    cells.reason
{{ from_in_force('county', 'lists', 'target_years') }}
