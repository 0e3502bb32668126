select
    cells.reference_month,
    cells.span,
    cells.row_kind,
    cells.rank as row_rank,
    cells.row_label,
    cells.ls_code,
    cells.measure,
    cells.unit,
    cells.marker,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    -- The table prints "-" where nobody applied or nothing was decided: a true zero.
    case when cells.marker = '-' then 0 else cells.value end as value
{{ from_in_force('bamf', 'report', 'report_rows') }}
