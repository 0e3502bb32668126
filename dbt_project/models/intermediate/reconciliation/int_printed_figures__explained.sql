-- Why a printed figure differs from the mart: the first rule that the data bear out. Nothing here
-- names a figure or a paper. Grain: a printed figure that differs.
with judged as (
    select *
    from {{ ref('int_printed_figures__judged') }}
),

-- Another column of the same row of the same mart that says what is printed.
other_metric_figures as (
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
other_revision_figures as (
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

-- The neighbour's value: somebody slipped by a row or a column.
neighbour_figures as (
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

-- Several in one column that no rule above explains are no slips of the fingers: another basis.
unexplained as (
    select judged.*
    from judged
    left join other_metric_figures on judged.figure_id = other_metric_figures.figure_id
    left join other_revision_figures on judged.figure_id = other_revision_figures.figure_id
    left join {{ ref('int_printed_figures__in_identities') }} as identities
        on judged.figure_id = identities.figure_id
    where
        judged.verdict = 'differs'
        and coalesce(
            other_metric_figures.figure_id, other_revision_figures.figure_id, identities.figure_id
        ) is null
),

run_figures as (
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

explained as (
    select
        judged.figure_id,
        run_figures.differing_count,
        other_metric_figures.other_metric_code,
        other_revision_figures.revision as other_revision,
        identities.broken_identity_id,
        identities.fewer_parts_identity_id,
        identities.followed_identity_id,
        neighbour_figures.neighbour,
        case
            when other_metric_figures.figure_id is not null
                then coalesce(confusions.reason_code, 'other_metric')
            when other_revision_figures.figure_id is not null then 'other_vintage'
            when identities.broken_identity_id is not null then 'typing_error_suspected'
            when identities.fewer_parts_identity_id is not null then 'narrower_total'
            when identities.followed_identity_id is not null then 'follows_another_figure'
            when run_figures.figure_id is not null then 'other_basis_suspected'
            when {{ differs_by_a_slip('judged.printed_digits', 'judged.mart_digits') }}
                then 'typing_error_suspected'
            when neighbour_figures.figure_id is not null then 'other_cell'
            else 'not_known'
        end as reason_code
    from judged
    left join other_metric_figures on judged.figure_id = other_metric_figures.figure_id
    left join {{ ref('int_metric_confusions__listed') }} as confusions
        on
            judged.metric_code = confusions.metric_code
            and other_metric_figures.other_metric_code = confusions.other_metric_code
    left join other_revision_figures on judged.figure_id = other_revision_figures.figure_id
    left join {{ ref('int_printed_figures__in_identities') }} as identities
        on judged.figure_id = identities.figure_id
    left join neighbour_figures on judged.figure_id = neighbour_figures.figure_id
    left join run_figures on judged.figure_id = run_figures.figure_id
    where judged.verdict = 'differs'
)

select
    figure_id,
    reason_code,
    case reason_code
        when 'other_vintage'
            then 'revision ' || cast(other_revision as varchar) || ' of the source'
        when 'typing_error_suspected'
            then coalesce(
                'breaks, and the value of the mart keeps: ' || broken_identity_id,
                'one digit, or two neighbouring ones, apart from the value of the mart'
            )
        when 'narrower_total' then 'fits the parts that are printed: ' || fewer_parts_identity_id
        when 'follows_another_figure'
            then 'fits its figures, of which one differs: ' || followed_identity_id
        when 'other_basis_suspected'
            then concat(differing_count, ' figures within three rows of the column differ')
        when 'other_cell' then 'the value of the mart for ' || neighbour
        when 'not_known' then cast(null as varchar)
        else 'the mart has this value as ' || other_metric_code
    end as evidence
from explained
