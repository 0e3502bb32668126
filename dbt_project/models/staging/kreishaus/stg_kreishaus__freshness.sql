select
    source,
    dataset,
    title,
    calendar,
    newest_reference,
    expected_reference,
    awaited_reference,
    due_on,
    is_late,
    days_late,
    missing_references,
    last_fetched_on,
    last_good_at,
    files_in_quarantine,
    looked_at_on
from {{ source('kreishaus', 'freshness') }}
