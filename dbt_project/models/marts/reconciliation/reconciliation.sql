-- Every printed figure beside the mart's value, with a verdict and, where they differ, the reason
-- that rules find in the data. Nothing here names a figure or a paper.
select
    judged.figure_id,
    judged.document,
    judged.place,
    judged.row_label,
    judged.column_label,
    judged.row_number,
    judged.column_number,
    judged.metric_code,
    judged.metric_label,
    judged.unit_label,
    judged.kind,
    judged.region_code,
    judged.period_code,
    judged.reference_date,
    judged.item_code,
    judged.value_as_printed,
    judged.decimals_count,
    judged.value as printed_value,
    judged.mart_value,
    judged.value - judged.mart_value as difference,
    judged.verdict,
    coalesce(explained.reason_code, judged.verdict_reason_code) as reason_code,
    reasons.reason_de as reason_label,
    coalesce(
        explained.evidence,
        case
            when judged.verdict_reason_code = 'not_in_top_ten'
                then 'place ' || cast(judged.place_from_strongest as varchar) || ' of the month'
        end
    ) as evidence,
    judged.mart,
    judged.mart_column,
    case
        when judged.has_row
            then concat_ws(
                ', ', judged.region_code, judged.period_code, nullif(judged.item_code, '')
            )
    end as mart_row,
    judged.mart_source_sha256,
    judged.mart_recorded_at,
    'printed value against metric_value; tolerance by kind of figure' as method,
    judged.source_sha256,
    judged.published_at,
    judged.recorded_at,
    judged.revision
from {{ ref('int_printed_figures__judged') }} as judged
left join {{ ref('int_printed_figures__explained') }} as explained
    on judged.figure_id = explained.figure_id
left join {{ ref('reconciliation_reason') }} as reasons
    on coalesce(explained.reason_code, judged.verdict_reason_code) = reasons.reason_code
