-- Each set of members is a row of its own, however often it was in force, so that figures before
-- and after a change compare.
with compositions as (
    select
        unit_code,
        composition_number,
        max(unit_name) as unit_name,
        {{ text_list('municipality_code') }} as municipalities,
        max(composed_from) as composed_from,
        max(composed_to) as composed_to
    from {{ ref('int_planning_units__composed') }}
    group by unit_code, composition_number
)

select
    unit_code,
    max(unit_name) as unit_name,
    municipalities,
    case when count(composed_from) = count(*) then min(composed_from) end as valid_from,
    case when count(composed_to) = count(*) then max(composed_to) + 1 end as valid_before
from compositions
group by unit_code, municipalities
