with in_force as (
    select
        source_sha256,
        period,
        revision
    from {{ ref('int_batches__in_force') }}
    where source = 'bamf' and dataset = 'hkl'
)

select
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
    cells.retrieved_at as known_since,
    in_force.revision,
    -- The table prints "-" where nobody applied or nothing was decided: a true zero.
    case when cells.marker = '-' then 0 else cells.value end as value
from {{ source('bamf', 'hkl_rows') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
