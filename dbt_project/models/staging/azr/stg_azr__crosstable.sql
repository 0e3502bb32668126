select
    cells.reference_date,
    cells.line_number,
    cells.status_code,
    cells.status_label,
    cells.margin,
    cells.group_code,
    cells.value as persons,
    cells.marker,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as known_since,
    in_force.revision
{{ from_in_force('azr', 'crosstable', 'crosstable_cells') }}
