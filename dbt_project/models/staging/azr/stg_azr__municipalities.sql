select
    in_force.county_ags,
    cells.reference_date,
    cells.region_code,
    cells.region_level,
    cells.region_name,
    cells.sex_code,
    cells.marker,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    {{ genesis_value('cells.value', 'cells.marker') }} as persons
{{ from_in_force('azr', 'municipalities', 'municipalities_cells') }}
