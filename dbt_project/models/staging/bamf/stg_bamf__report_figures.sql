select
    cells.reference_month,
    cells.span,
    cells.measure,
    cells.unit,
    cells.stated_value,
    cells.quote,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision
{{ from_in_force('bamf', 'report', 'report_figures') }}
