-- What identities of printed figures say of a figure that differs from the mart. Grain: a printed
-- figure of which at least one of the three is true.
with judged as (
    select *
    from {{ ref('int_printed_figures__judged') }}
),

-- An identity of its own table that the printed value breaks and the mart's value would keep.
identity_breaking_figures as (
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
fewer_parts_totals as (
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

-- Shares that follow from other printed figures: where one of those differs, so do they.
dependent_shares as (
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
)

select
    judged.figure_id,
    identity_breaking_figures.identity_id as broken_identity_id,
    fewer_parts_totals.identity_id as fewer_parts_identity_id,
    dependent_shares.identity_id as followed_identity_id
from judged
left join identity_breaking_figures on judged.figure_id = identity_breaking_figures.figure_id
left join fewer_parts_totals on judged.figure_id = fewer_parts_totals.figure_id
left join dependent_shares on judged.figure_id = dependent_shares.figure_id
where
    coalesce(
        identity_breaking_figures.identity_id,
        fewer_parts_totals.identity_id,
        dependent_shares.identity_id
    ) is not null
