select
    cells.table_code,
    cells.reference_date,
    cells.region_code,
    cells.care_grade_label,
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
{{ from_genesis('care_recipients') }}
-- Over all grades: what is printed by grade is part of it, and would be counted twice.
where cells.care_grade_label is null or cells.care_grade_label = 'Insgesamt'
