select
    source,
    dataset,
    old_sha256,
    new_sha256,
    kind,
    table_name,
    row_key,
    row_label,
    measure,
    column_name,
    old_value,
    new_value,
    old_number,
    new_number,
    affected_rows
from {{ source('kreishaus', 'revised_cells') }}
