select
    source || '/' || dataset as dataset_id,
    title,
    calendar,
    newest_reference as newest_reference_date,
    expected_reference as expected_reference_date,
    awaited_reference as awaited_reference_date,
    due_on as due_date,
    is_late,
    days_late as days_late_count,
    missing_references as missing_reference_dates,
    last_fetched_on as last_fetched_date,
    files_in_quarantine as files_in_quarantine_count,
    looked_at_on as looked_at_date,
    last_good_at as recorded_at
from {{ ref('stg_kreishaus__freshness') }}
