select
    cells.table_code,
    cells.reference_date,
    cells.region_code,
    cells.measure_label,
    cells.unit,
    cells.marker,
    cells.region_label as region_name,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    {{ genesis_value('cells.value', 'cells.marker') }} as value
{{ from_genesis('care_homes') }}
