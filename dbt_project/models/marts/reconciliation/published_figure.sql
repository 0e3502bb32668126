-- A percentage is printed with as many decimals as its column: "37" beside "39,9" is 37.0.
with figures as (
    select
        *,
        max(decimals) over (partition by source_sha256, column_number) as column_decimals
    from {{ ref('stg_papers__figures') }}
)

select
    figures.table_code || '/' || cast(figures.row_number as varchar) || '/'
    || cast(figures.column_number as varchar) as figure_id,
    figures.document,
    figures.place,
    figures.table_code,
    figures.printed_date,
    figures.row_number,
    figures.column_number,
    figures.row_label,
    figures.column_label,
    figures.value_as_printed,
    figures.printed_number,
    figures.marker,
    case
        when metrics.kind = 'share' then figures.column_decimals
        else figures.decimals
    end as decimals_count,
    figures.is_understood,
    figures.metric_code,
    metrics.label_de as metric_label,
    metrics.unit_label,
    metrics.kind,
    figures.printed_number / coalesce(tolerances.printed_factor, 1) as value,
    figures.region_code,
    figures.period_kind,
    figures.period_code,
    figures.reference_date,
    figures.item_code,
    metrics.mart,
    'as printed; a share is divided by 100' as method,
    case
        when figures.value_as_printed <> '' and figures.printed_number is null
            then 'no number was read from what is printed'
        when not figures.is_understood
            then 'a label of the table is not understood: see data_quality'
    end as caveat,
    figures.source_row,
    figures.source_sha256,
    figures.published_at,
    figures.recorded_at,
    figures.revision
from figures
left join {{ ref('metric') }} as metrics on figures.metric_code = metrics.metric_code
left join {{ ref('reconciliation_tolerance') }} as tolerances on metrics.kind = tolerances.kind
