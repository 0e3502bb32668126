with origins as (
    -- A dataset is what the weakest of its files in force is.
    select
        source,
        dataset,
        case
            when bool_or(figure_origin = 'invented') then 'invented'
            when bool_or(figure_origin = 'rebuilt') then 'rebuilt'
            when bool_or(figure_origin = 'unknown') then 'unknown'
            else 'official'
        end as figure_origin
    from {{ ref('stg_kreishaus__batches_in_force') }}
    group by source, dataset
)

select
    freshness.source || '/' || freshness.dataset as dataset_id,
    freshness.title,
    freshness.calendar,
    freshness.newest_reference as newest_reference_date,
    freshness.expected_reference as expected_reference_date,
    freshness.awaited_reference as awaited_reference_date,
    freshness.due_on as due_date,
    freshness.is_late,
    freshness.days_late as days_late_count,
    freshness.missing_references as missing_reference_dates,
    freshness.last_fetched_on as last_fetched_date,
    freshness.files_in_quarantine as files_in_quarantine_count,
    freshness.looked_at_on as looked_at_date,
    origins.figure_origin,
    freshness.last_good_at as recorded_at
from {{ ref('stg_kreishaus__freshness') }} as freshness
left join origins
    on
        freshness.source = origins.source
        and freshness.dataset = origins.dataset
