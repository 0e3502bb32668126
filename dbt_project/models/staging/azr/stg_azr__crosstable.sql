with in_force as (
    select
        source_sha256,
        period,
        revision
    from {{ ref('int_batches__in_force') }}
    where source = 'azr' and dataset = 'crosstable'
)

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
from {{ source('azr', 'crosstable_cells') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
