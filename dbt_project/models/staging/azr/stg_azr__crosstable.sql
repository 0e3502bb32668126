select
    in_force.county_ags,
    cells.reference_date,
    cells.line_number,
    cells.status_code,
    cells.status_label,
    cells.margin,
    cells.group_code,
    cells.marker,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    {{ genesis_value('cells.value', 'cells.marker') }} as persons
{{ from_in_force('azr', 'crosstable', 'crosstable_cells') }}
