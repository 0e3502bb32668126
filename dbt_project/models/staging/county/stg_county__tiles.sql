select
    cells.county_ags,
    cells.region_code,
    cast(cells.tile_row as integer) as tile_row,
    cast(cells.tile_column as integer) as tile_column,
    cells.source
{{ from_in_force('county', 'lists', 'tiles') }}
