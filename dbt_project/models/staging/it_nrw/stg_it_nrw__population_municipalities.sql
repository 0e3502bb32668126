select
    cells.table_code,
    cells.reference_date,
    cells.region_code,
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
    {{ genesis_value('cells.value', 'cells.marker') }} as value,
    {{ sex_code('cells.sex_label') }} as sex_code
{{ from_genesis('population_municipalities') }}
