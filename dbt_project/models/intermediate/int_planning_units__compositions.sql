-- A unit with other members is another thing under the same name: each set of members is a row
-- of its own, however often it was in force, so that figures before and after compare.
with units as (
    select
        unit_code,
        unit_name,
        municipality_code,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('int_planning_units__listed') }}
),

-- Members change on the first day of a membership and on the day after its last.
changes as (
    select
        unit_code,
        valid_from as starts_date
    from units
    union
    select
        unit_code,
        valid_to + interval 1 day as starts_date
    from units
    where valid_to < cast('9999-12-31' as date)
),

listed as (
    select
        changes.unit_code,
        changes.starts_date,
        max(units.unit_name) as unit_name,
        {{ text_list('units.municipality_code') }} as municipalities
    from changes
    inner join units
        on
            changes.unit_code = units.unit_code
            and changes.starts_date between units.valid_from and units.valid_to
    group by changes.unit_code, changes.starts_date
),

ended as (
    select
        *,
        lead(starts_date) over (partition by unit_code order by starts_date) as next_starts_date
    from listed
)

select
    unit_code,
    unit_name,
    municipalities,
    nullif(min(cast(starts_date as date)), cast('0001-01-01' as date)) as valid_from,
    cast(
        case when count(next_starts_date) = count(*) then max(next_starts_date) end as date
    ) as valid_before
from ended
group by unit_code, unit_name, municipalities
