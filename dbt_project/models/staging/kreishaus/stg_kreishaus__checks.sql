with checks as (
    select * from {{ source('kreishaus', 'checks_staged') }}
    union all
    select * from {{ source('kreishaus', 'checks_quarantined') }}
)

select
    source,
    dataset,
    period,
    source_sha256,
    table_name,
    rule,
    description,
    severity,
    outcome,
    offending_rows,
    evaluated_rows,
    place,
    row_label,
    expected,
    found,
    batch_outcome,
    retrieved_at
from checks
