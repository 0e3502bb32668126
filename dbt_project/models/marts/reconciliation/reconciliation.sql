-- Every printed figure beside the mart's value, with a verdict and, where they differ, the reason
-- that rules find in the data. Nothing here names a figure or a paper.
with ranked as (
    select
        metric_code,
        region_code,
        period_code,
        item_code,
        rank() over (
            partition by metric_code, region_code, period_code
            order by value desc
        ) as place_from_strongest
    from {{ ref('metric_value') }}
    where
        metric_code in (
            select listed.metric_code from {{ ref('metric') }} as listed
            where listed.prints_ten_strongest
        )
),

periods as (
    select distinct
        metric_code,
        period_code
    from {{ ref('metric_value') }}
),

paired as (
    select
        figures.*,
        metrics.absent_is_zero,
        metrics.prints_ten_strongest,
        metrics.carried_from,
        metrics.dataset_id,
        coalesce(tolerances.printed_factor, 1) as printed_factor,
        coalesce(tolerances.rounding_units, 0) as rounding_units,
        coalesce(tolerances.truncation_units, 0) as truncation_units,
        power(10, -coalesce(figures.decimals_count, 0)) as unit,
        mart_values.metric_code is not null as has_row,
        periods.metric_code is not null as has_period,
        mart_values.value_column,
        mart_values.source_sha256 as mart_source_sha256,
        mart_values.known_since as mart_known_since,
        case
            when mart_values.metric_code is not null then mart_values.value
            when metrics.absent_is_zero and periods.metric_code is not null then 0
        end as mart_value
    from {{ ref('published_figure') }} as figures
    left join {{ ref('metric') }} as metrics on figures.metric_code = metrics.metric_code
    left join {{ ref('reconciliation_tolerance') }} as tolerances on metrics.kind = tolerances.kind
    left join {{ ref('metric_value') }} as mart_values
        on
            figures.metric_code = mart_values.metric_code
            and figures.region_code = mart_values.region_code
            and figures.period_code = mart_values.period_code
            and figures.item_code = mart_values.item_code
    left join periods
        on
            figures.metric_code = periods.metric_code
            and figures.period_code = periods.period_code
),

scaled as (
    select
        *,
        mart_value * printed_factor as mart_number,
        printed_number - mart_value * printed_factor as printed_difference
    from paired
),

judged as (
    select
        *,
        case
            when printed_number is null and (value_as_printed = '' or marker is not null)
                then 'not_printed'
            when printed_number is null or not is_understood or metric_code is null or mart is null
                then 'not_derivable'
            when mart_value is null then 'source_missing'
            when abs(printed_difference) < 1e-7 then 'equal'
            when abs(printed_difference) <= rounding_units * unit + 1e-7 then 'rounded'
            when -printed_difference > 0 and -printed_difference < truncation_units * unit
                then 'rounded'
            else 'differs'
        end as verdict,
        abs(printed_difference) <= rounding_units * unit + 1e-7 as is_rounded,
        cast(cast(round(abs(printed_number) / unit) as bigint) as varchar) as printed_digits,
        cast(cast(round(abs(mart_number) / unit) as bigint) as varchar) as mart_digits
    from scaled
),

-- Another column of the same row of the same mart that says what is printed.
other_metrics as (
    select
        judged.figure_id,
        min(others.metric_code) as other_metric_code
    from judged
    inner join {{ ref('metric_value') }} as others
        on
            judged.mart = others.mart
            and judged.region_code = others.region_code
            and judged.period_code = others.period_code
            and judged.item_code = others.item_code
            and judged.metric_code <> others.metric_code
            and judged.value = others.value
    where judged.verdict = 'differs'
    group by judged.figure_id
),

-- A revision between the printed value and the mart's, one way or the other.
vintages as (
    select
        judged.figure_id,
        min(revised.revision) as revision
    from judged
    inner join {{ ref('revisions') }} as revised
        on
            judged.dataset_id = revised.dataset_id
            and revised.period in (judged.period_code, 'all')
            and (
                (judged.value = revised.old_number and judged.mart_value = revised.new_number)
                or (judged.value = revised.new_number and judged.mart_value = revised.old_number)
            )
    where judged.verdict = 'differs'
    group by judged.figure_id
),

-- An identity of its own table that the printed value breaks and the mart's value would keep.
healed as (
    select
        judged.figure_id,
        min(identities.identity_id) as identity_id
    from judged
    inner join {{ ref('reconciliation_identity_figure') }} as members
        on judged.figure_id = members.figure_id
    inner join {{ ref('reconciliation_identity') }} as identities
        on members.identity_id = identities.identity_id
    where
        judged.verdict = 'differs'
        and identities.verdict = 'contradicts'
        and (
            (
                members.figure_role in ('whole', 'share')
                and abs(identities.computed_number - judged.mart_number)
                <= identities.tolerance + 1e-7
            )
            or (
                members.figure_role = 'part'
                and abs(identities.difference + judged.mart_number - judged.printed_number)
                <= identities.tolerance + 1e-7
            )
        )
    group by judged.figure_id
),

-- A total that fits the parts its table prints, each of which is right: the mart counts more parts.
narrower as (
    select
        wholes.figure_id,
        min(identities.identity_id) as identity_id
    from judged as wholes
    inner join {{ ref('reconciliation_identity_figure') }} as whole_members
        on
            wholes.figure_id = whole_members.figure_id
            and whole_members.figure_role = 'whole'
    inner join {{ ref('reconciliation_identity') }} as identities
        on
            whole_members.identity_id = identities.identity_id
            and identities.identity_kind = 'parts_of_whole'
            and identities.verdict = 'holds'
            and identities.parts_printed_count < identities.parts_expected_count
    inner join {{ ref('reconciliation_identity_figure') }} as part_members
        on
            whole_members.identity_id = part_members.identity_id
            and part_members.figure_role = 'part'
    inner join judged as parts on part_members.figure_id = parts.figure_id
    where wholes.verdict = 'differs' and wholes.mart_number > wholes.printed_number
    group by wholes.figure_id
    having count(*) = count(case when parts.verdict = 'equal' then 1 end)
),

-- The neighbour's value: somebody slipped by a row or a column.
neighbours as (
    select
        judged.figure_id,
        min(near_by.row_label || ' / ' || near_by.column_label) as neighbour
    from judged
    inner join judged as near_by
        on
            judged.table_code = near_by.table_code
            and abs(judged.row_number - near_by.row_number)
            + abs(judged.column_number - near_by.column_number) = 1
            and judged.printed_number = near_by.mart_number
    where judged.verdict = 'differs' and abs(judged.printed_number) >= 100
    group by judged.figure_id
),

-- Shares that follow from other printed figures: where one of those differs, so do they.
following as (
    select
        shares.figure_id,
        min(identities.identity_id) as identity_id
    from judged as shares
    inner join {{ ref('reconciliation_identity_figure') }} as share_members
        on
            shares.figure_id = share_members.figure_id
            and share_members.figure_role = 'share'
    inner join {{ ref('reconciliation_identity') }} as identities
        on
            share_members.identity_id = identities.identity_id
            and identities.verdict = 'holds'
    inner join {{ ref('reconciliation_identity_figure') }} as other_members
        on
            share_members.identity_id = other_members.identity_id
            and other_members.figure_role <> 'share'
    inner join judged as others on other_members.figure_id = others.figure_id
    where shares.verdict = 'differs' and others.verdict = 'differs'
    group by shares.figure_id
),

-- Several in one column that no rule above explains are no slips of the fingers: another basis.
unexplained as (
    select judged.*
    from judged
    left join other_metrics on judged.figure_id = other_metrics.figure_id
    left join vintages on judged.figure_id = vintages.figure_id
    left join healed on judged.figure_id = healed.figure_id
    left join narrower on judged.figure_id = narrower.figure_id
    left join following on judged.figure_id = following.figure_id
    where
        judged.verdict = 'differs'
        and coalesce(
            other_metrics.figure_id, vintages.figure_id, healed.figure_id, narrower.figure_id,
            following.figure_id
        ) is null
),

runs as (
    select
        unexplained.figure_id,
        count(*) as differing_count
    from unexplained
    inner join unexplained as near_by
        on
            unexplained.table_code = near_by.table_code
            and unexplained.column_number = near_by.column_number
            and abs(unexplained.row_number - near_by.row_number) <= 3
    group by unexplained.figure_id
    having count(*) >= 3
),

reasoned as (
    select
        judged.*,
        following.identity_id as followed_identity_id,
        runs.differing_count,
        other_metrics.other_metric_code,
        vintages.revision as other_revision,
        healed.identity_id as healed_identity_id,
        healed.figure_id is not null as is_healed,
        narrower.identity_id as narrower_identity_id,
        neighbours.neighbour,
        ranked.place_from_strongest,
        case judged.verdict
            when 'rounded' then case when judged.is_rounded then 'rounding' else 'truncated' end
            when 'not_printed'
                then case
                    when judged.prints_ten_strongest and ranked.place_from_strongest > 10
                        then 'not_in_top_ten'
                    else 'empty_cell'
                end
            when 'not_derivable'
                then case
                    when judged.printed_number is null or not judged.is_understood
                        then 'not_understood'
                    when judged.metric_code is null then 'no_metric'
                    when judged.carried_from is not null then 'carried_over'
                    else 'no_mart'
                end
            when 'source_missing'
                then case when judged.has_period then 'no_such_row' else 'no_data_for_period' end
            when 'differs'
                then case
                    when other_metrics.figure_id is not null
                        then coalesce(confusions.reason_code, 'other_metric')
                    when vintages.figure_id is not null then 'other_vintage'
                    when healed.figure_id is not null then 'typing_error_suspected'
                    when narrower.figure_id is not null then 'narrower_total'
                    when following.figure_id is not null then 'follows_another_figure'
                    when runs.figure_id is not null then 'other_basis_suspected'
                    when {{ differs_by_a_slip('judged.printed_digits', 'judged.mart_digits') }}
                        then 'typing_error_suspected'
                    when neighbours.figure_id is not null then 'other_cell'
                    else 'not_known'
                end
        end as reason_code
    from judged
    left join other_metrics on judged.figure_id = other_metrics.figure_id
    left join {{ ref('int_metric_confusions__listed') }} as confusions
        on
            judged.metric_code = confusions.metric_code
            and other_metrics.other_metric_code = confusions.other_metric_code
    left join vintages on judged.figure_id = vintages.figure_id
    left join healed on judged.figure_id = healed.figure_id
    left join narrower on judged.figure_id = narrower.figure_id
    left join neighbours on judged.figure_id = neighbours.figure_id
    left join following on judged.figure_id = following.figure_id
    left join runs on judged.figure_id = runs.figure_id
    left join ranked
        on
            judged.metric_code = ranked.metric_code
            and judged.region_code = ranked.region_code
            and judged.period_code = ranked.period_code
            and judged.item_code = ranked.item_code
)

select
    reasoned.figure_id,
    reasoned.document,
    reasoned.place,
    reasoned.row_label,
    reasoned.column_label,
    reasoned.row_number,
    reasoned.column_number,
    reasoned.metric_code,
    reasoned.metric_label,
    reasoned.unit_label,
    reasoned.kind,
    reasoned.region_code,
    reasoned.period_code,
    reasoned.reference_date,
    reasoned.item_code,
    reasoned.value_as_printed,
    reasoned.decimals_count,
    reasoned.value as printed_value,
    reasoned.mart_value,
    reasoned.value - reasoned.mart_value as difference,
    reasoned.verdict,
    reasoned.reason_code,
    reasons.reason_de as reason_label,
    case
        when reasoned.reason_code in ('first_applications_only', 'other_metric')
            then 'the mart has this value as ' || reasoned.other_metric_code
        when reasoned.reason_code = 'other_vintage'
            then 'revision ' || cast(reasoned.other_revision as varchar) || ' of the source'
        when reasoned.reason_code = 'typing_error_suspected' and reasoned.is_healed
            then 'breaks, and the value of the mart keeps: ' || reasoned.healed_identity_id
        when reasoned.reason_code = 'typing_error_suspected'
            then 'one digit, or two neighbouring ones, apart from the value of the mart'
        when reasoned.reason_code = 'narrower_total'
            then 'fits the parts that are printed: ' || reasoned.narrower_identity_id
        when reasoned.reason_code = 'follows_another_figure'
            then 'fits its figures, of which one differs: ' || reasoned.followed_identity_id
        when reasoned.reason_code = 'other_basis_suspected'
            then concat(reasoned.differing_count, ' figures within three rows of the column differ')
        when reasoned.reason_code = 'other_cell'
            then 'the value of the mart for ' || reasoned.neighbour
        when reasoned.reason_code = 'not_in_top_ten'
            then 'place ' || cast(reasoned.place_from_strongest as varchar) || ' of the month'
    end as evidence,
    reasoned.mart,
    reasoned.value_column as mart_column,
    case
        when reasoned.has_row
            then concat_ws(
                ', ', reasoned.region_code, reasoned.period_code, nullif(reasoned.item_code, '')
            )
    end as mart_row,
    reasoned.mart_source_sha256,
    reasoned.mart_known_since,
    'printed value against metric_value; tolerance by kind of figure' as method,
    reasoned.source_sha256,
    reasoned.published_at,
    reasoned.known_since,
    reasoned.revision
from reasoned
left join {{ ref('reconciliation_reason') }} as reasons
    on reasoned.reason_code = reasons.reason_code
