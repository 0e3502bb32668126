with checks as (
    select
        *,
        row_number() over (
            partition by source, dataset, source_sha256, batch_outcome, table_name, rule
            order by description, severity, place, row_label, expected, found, offending_rows
        ) as check_number
    from {{ ref('stg_kreishaus__checks') }}
    where {{ known_by_as_of('retrieved_at') }}
)

select
    checks.source || '/' || checks.dataset as dataset_id,
    checks.period,
    checks.source_sha256,
    checks.batch_outcome,
    checks.table_name,
    checks.rule,
    checks.check_number,
    checks.description,
    checks.severity,
    checks.outcome,
    checks.offending_rows as offending_rows_count,
    checks.evaluated_rows as evaluated_rows_count,
    checks.place,
    checks.row_label,
    checks.expected,
    checks.found,
    batches.source_sha256 is not null as is_in_force,
    checks.retrieved_at as recorded_at
from checks
left join {{ ref('stg_kreishaus__batches_in_force') }} as batches
    on
        checks.source = batches.source
        and checks.dataset = batches.dataset
        and checks.period = batches.period
        and checks.source_sha256 = batches.source_sha256
        and checks.batch_outcome = 'staged'
union all
-- What no file shows by itself: a workbook beside the one before.
select
    'wtg/stichtag' as dataset_id,
    cast(changes.reference_date as varchar) as period,
    changes.source_sha256,
    'staged' as batch_outcome,
    changes.table_name,
    changes.rule,
    row_number() over (
        partition by changes.reference_date, changes.rule order by changes.offer_id
    ) as check_number,
    changes.description,
    'warning' as severity,
    'failed' as outcome,
    1 as offending_rows_count,
    1 as evaluated_rows_count,
    changes.place,
    changes.offer_id as row_label,
    changes.expected,
    changes.found,
    true as is_in_force,
    changes.recorded_at
from {{ ref('int_offers__changed') }} as changes
union all
-- Nor does a table beside that of the month before.
select
    'bamf/hkl' as dataset_id,
    strftime(moved.reference_month, '%Y-%m') as period,
    moved.source_sha256,
    'staged' as batch_outcome,
    'rows' as table_name,
    moved.rule,
    row_number() over (
        partition by moved.reference_month, moved.rule order by moved.ls_code
    ) as check_number,
    moved.description,
    'warning' as severity,
    'failed' as outcome,
    1 as offending_rows_count,
    1 as evaluated_rows_count,
    cast(null as varchar) as place,
    moved.ls_code as row_label,
    moved.expected,
    moved.found,
    true as is_in_force,
    moved.recorded_at
from {{ ref('int_hkl__moved') }} as moved
