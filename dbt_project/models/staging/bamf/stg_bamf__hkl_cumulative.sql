select
    cells.first_month,
    cells.reference_month,
    cells.row_kind,
    cells.continent,
    cells.ls_code,
    cells.row_label,
    cells.measure,
    cells.marker,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    -- The table prints "-" where nobody applied or nothing was decided: a true zero.
    case when cells.marker = '-' then 0 else cells.value end as value
{{ from_in_force('bamf', 'hkl_cumulative', 'hkl_cumulative_rows') }}
