-- What printed tables must keep among themselves: parts and whole, share and its two counts, one
-- figure printed twice. Numbers are as printed (39.9 of "39,9 %").
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
),

gathered as (
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
        max(recorded_at) as recorded_at
    from members
    group by identity_id, identity_kind, metric_code
),

compared as (
    select
        *,
        case identity_kind
            when 'share' then share
            when 'printed_twice' then largest_printing
            else coalesce(own_whole, whole_elsewhere)
        end as printed_number,
        case identity_kind
            when 'share' then 100 * numerator / nullif(denominator, 0)
            when 'printed_twice' then least_printing
            when 'some_of_whole' then greatest(largest_some, some_sum)
            else parts_sum
        end as computed_number,
        case identity_kind
            -- Rounded or cut: up to one unit of its last decimal.
            when 'share' then power(10, -coalesce(share_decimals, 0))
            when 'printed_twice'
                then case
                    when metric_code in (
                        select share_metrics.metric_code
                        from {{ ref('metric') }} as share_metrics
                        where share_metrics.kind = 'share'
                    ) then power(10, -coalesce(least_decimals, 0))
                    else 0
                end
            else sum_of_half_units
        end as tolerance
    from gathered
),

judged as (
    select
        *,
        computed_number - printed_number as difference,
        case
            when printed_number is null or computed_number is null then 'total_missing'
            when identity_kind = 'some_of_whole' and computed_number <= printed_number then 'holds'
            when abs(computed_number - printed_number) <= tolerance + 1e-9 then 'holds'
            -- Rows that the table leaves out may make up for what is lacking, never for too much.
            when
                identity_kind = 'parts_of_whole'
                and parts_printed_count < parts_expected_count
                and computed_number < printed_number
                then 'parts_incomplete'
            else 'contradicts'
        end as verdict
    from compared
)

select
    judged.identity_id,
    judged.identity_kind,
    judged.verdict,
    judged.document,
    judged.place,
    judged.metric_code,
    metrics.label_de as metric_label,
    judged.region_code,
    judged.period_code,
    judged.reference_date,
    judged.item_code,
    judged.dimension,
    judged.partition_code,
    judged.parts_expected_count,
    judged.parts_printed_count,
    judged.printed_number,
    judged.computed_number,
    judged.difference,
    judged.tolerance,
    case
        when judged.verdict = 'total_missing' then 'no_total'
        when judged.identity_kind = 'printed_twice' then 'other_table'
        when
            judged.has_own_whole = 0
            and judged.identity_kind in ('parts_of_whole', 'some_of_whole')
            then 'other_table'
        else 'same_table'
    end as basis,
    judged.figures_printed,
    'rules of the catalogue of metrics, applied to what is printed' as method,
    judged.source_sha256,
    judged.published_at,
    judged.recorded_at
from judged
inner join {{ ref('metric') }} as metrics on judged.metric_code = metrics.metric_code
-- One part alone does not say that a total was meant; nor do some rows of a whole.
where
    (
        judged.verdict <> 'total_missing'
        or (judged.parts_printed_count > 1 and judged.identity_kind <> 'some_of_whole')
    )
    and (
        judged.identity_kind <> 'parts_of_whole'
        or judged.has_own_whole = 1
        or judged.identity_id not in (select covered.identity_id from covered)
    )
