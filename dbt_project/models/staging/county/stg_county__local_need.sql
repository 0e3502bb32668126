select
    cells.county_ags,
    cells.parameter_set,
    cells.region_code,
    cells.kind,
    cells.persons,
    cast(cells.from_year as integer) as from_year,
    cast(cells.to_year as integer) as to_year,
    cells.source,
    cells.reason
{{ from_in_force('county', 'lists', 'local_need') }}
