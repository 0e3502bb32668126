-- Two rows that were exchanged keep every sum of their file. Only the month before shows them.
-- The limits are such that no true table of 52 months is suspected.
{%- set largest_factor = 3.5 %}
{%- set fewest_persons = 100 %}
{%- set moved_share = 0.1 %}
{%- set times_nearer = 3 %}

with countries as (
    select
        later.reference_month,
        later.ls_code,
        later.row_label,
        later.source_sha256,
        later.recorded_at,
        later.pending_total as pending,
        earlier.pending_total as pending_before,
        abs(later.pending_total - earlier.pending_total) as moved
    from {{ ref('int_hkl__pivoted') }} as later
    inner join {{ ref('int_hkl__pivoted') }} as earlier
        on
            later.ls_code = earlier.ls_code
            and later.reference_month = earlier.reference_month + interval 1 month
    where later.row_kind = 'country' and earlier.row_kind = 'country'
),

moved_countries as (
    select *
    from countries
    where moved > greatest({{ fewest_persons }}, {{ moved_share }} * pending_before)
),

exchanged_countries as (
    select
        one.*,
        other.row_label as other_label
    from moved_countries as one
    inner join moved_countries as other
        on one.reference_month = other.reference_month and one.ls_code <> other.ls_code
    where
        {{ times_nearer }} * abs(one.pending - other.pending_before) <= one.moved
        and {{ times_nearer }} * abs(other.pending - one.pending_before) <= other.moved
),

jumped_countries as (
    select
        *,
        cast(null as varchar) as other_label
    from countries
    where
        greatest(pending, pending_before)
        > {{ largest_factor }} * least(pending, pending_before) + {{ fewest_persons }}
),

findings as (
    select
        *,
        'countries_exchanged' as rule
    from exchanged_countries
    union all
    select
        jumped.*,
        'pending_moved' as rule
    from jumped_countries as jumped
    left join exchanged_countries as exchanged
        on
            jumped.reference_month = exchanged.reference_month
            and jumped.ls_code = exchanged.ls_code
    where exchanged.ls_code is null
)

select
    reference_month,
    ls_code,
    rule,
    max(source_sha256) as source_sha256,
    max(recorded_at) as recorded_at,
    max(row_label) || ': ' || max(pending_before) || ' pending procedures a month before, '
    || max(pending) || ' now'
    || coalesce('; perhaps exchanged with ' || max(other_label), '') as description,
    'about ' || max(pending_before) as expected,
    cast(max(pending) as varchar) as found
from findings
group by reference_month, ls_code, rule
