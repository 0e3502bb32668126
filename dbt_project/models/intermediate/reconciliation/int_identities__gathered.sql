-- What is printed of each identity, as one row: its parts summed, its whole, its share with
-- numerator and denominator. Numbers are as printed (39.9 of "39,9 %"). Grain: identity.
with members as (
    select
        members.*,
        figures.printed_number,
        figures.decimals_count,
        figures.kind,
        figures.document,
        figures.place,
        figures.metric_label,
        figures.region_code,
        figures.period_code,
        figures.reference_date,
        figures.item_code,
        figures.row_label,
        figures.column_label,
        figures.value_as_printed,
        figures.source_sha256,
        figures.published_at,
        figures.recorded_at,
        -- Half a unit of the last printed decimal: how far a rounded part may be from the truth.
        case
            when coalesce(figures.decimals_count, 0) > 0
                then 0.5 * power(10, -figures.decimals_count)
            else 0
        end as half_unit
    from {{ ref('reconciliation_identity_figure') }} as members
    inner join {{ ref('published_figure') }} as figures on members.figure_id = figures.figure_id
),

-- Rows that already sum to a total of their own table by a dimension with this one in it.
covered as (
    select narrow.identity_id
    from members as narrow
    inner join members as wide
        on
            narrow.figure_id = wide.figure_id
            and narrow.identity_id <> wide.identity_id
            and narrow.figure_role = 'part'
            and wide.figure_role = 'part'
            and (
                wide.dimension like '%' || narrow.dimension || '%'
                or narrow.dimension like '%' || wide.dimension || '%'
            )
    inner join members as wholes
        on
            wide.identity_id = wholes.identity_id
            and wholes.figure_role = 'whole'
    group by narrow.identity_id
)

select
    identity_id,
    identity_kind,
    metric_code,
    max(dimension) as dimension,
    max(partition_code) as partition_code,
    max(parts_expected_count) as parts_expected_count,
    count(case when figure_role in ('part', 'some') then 1 end) as parts_printed_count,
    max(case when figure_role = 'whole' then printed_number end) as own_whole,
    max(case when figure_role = 'whole_elsewhere' then printed_number end) as whole_elsewhere,
    max(case when figure_role = 'whole' then 1 else 0 end) as has_own_whole,
    {{ steady_sum("case when figure_role = 'part' then printed_number end") }} as parts_sum,
    max(case when figure_role = 'some' then printed_number end) as largest_some,
    {{ steady_sum("case when figure_role = 'some' then printed_number end") }} as some_sum,
    max(case when figure_role = 'numerator' then printed_number end) as numerator,
    max(case when figure_role = 'denominator' then printed_number end) as denominator,
    max(case when figure_role = 'share' then printed_number end) as share,
    max(case when figure_role = 'share' then decimals_count end) as share_decimals,
    min(case when figure_role = 'printing' then printed_number end) as least_printing,
    max(case when figure_role = 'printing' then printed_number end) as largest_printing,
    min(case when figure_role = 'printing' then decimals_count end) as least_decimals,
    {{ steady_sum('half_unit') }} as sum_of_half_units,
    {{ text_list('document') }} as document,
    {{ text_list('place') }} as place,
    min(reference_date) as reference_date,
    max(period_code) as period_code,
    -- Of the whole; where there is none, what all its parts have in common.
    coalesce(
        max(case when figure_role not in ('part', 'some') then region_code end),
        case when min(region_code) = max(region_code) then min(region_code) end
    ) as region_code,
    coalesce(
        max(case when figure_role not in ('part', 'some') then item_code end),
        case when min(item_code) = max(item_code) then min(item_code) end
    ) as item_code,
    {{ text_list("row_label || ' / ' || column_label || ': ' || value_as_printed") }}
        as figures_printed,
    {{ text_list('source_sha256') }} as source_sha256,
    max(published_at) as published_at,
    max(recorded_at) as recorded_at,
    identity_id in (select covered.identity_id from covered) as is_covered
from members
group by identity_id, identity_kind, metric_code
