{#
  Planning units with each composition that they had: a new one begins on the day that a
  municipality joins or leaves. Grain: unit x composition x municipality.
#}
with members as (
    select
        unit_code,
        unit_name,
        municipality_code,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('int_planning_units__listed') }}
),

starts as (
    select
        unit_code,
        valid_from as composed_from
    from members
    union
    select
        unit_code,
        valid_to + 1 as composed_from
    from members
    where valid_to < cast('9999-12-31' as date)
),

compositions as (
    select
        unit_code,
        composed_from,
        row_number() over (partition by unit_code order by composed_from) as composition_number,
        lead(composed_from) over (partition by unit_code order by composed_from) - 1 as composed_to
    from starts
)

select
    members.unit_code,
    members.unit_name,
    members.municipality_code,
    compositions.composition_number,
    nullif(compositions.composed_from, cast('0001-01-01' as date)) as composed_from,
    compositions.composed_to
from compositions
inner join members
    on
        compositions.unit_code = members.unit_code
        and compositions.composed_from between members.valid_from and members.valid_to
