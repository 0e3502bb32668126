{#
  Printed rows as they are. Planning units are not printed: each of their compositions is the sum of
  its municipalities, so that a reader sees what a change of units does to the same forecast.
#}
with printed as (
    select
        issue_month,
        region_code,
        cast(target_year as integer) as target_year,
        balance_places,
        document
    from {{ ref('stg_county__external_forecasts') }}
),

composed as (
    select
        *,
        count(*) over (partition by unit_code, composition_number) as member_count
    from {{ ref('int_planning_units__composed') }}
),

units as (
    select
        printed.issue_month,
        'Planungseinheit' as region_level,
        composed.unit_code as region_code,
        composed.composition_number,
        composed.composed_from,
        composed.composed_to,
        {{ text_list('printed.region_code') }} as municipalities,
        printed.target_year,
        {{ sum_of('printed.balance_places') }} as balance_places,
        printed.document
    from printed
    inner join composed on printed.region_code = composed.municipality_code
    group by
        printed.issue_month,
        composed.unit_code,
        composed.composition_number,
        composed.composed_from,
        composed.composed_to,
        composed.member_count,
        printed.target_year,
        printed.document
    -- A unit with a municipality that was not printed would be less than itself.
    having count(*) = composed.member_count
),

regions as (
    select
        printed.issue_month,
        case length(printed.region_code)
            when 2 then 'Land'
            when 5 then 'Kreis'
            else 'Gemeinde'
        end as region_level,
        printed.region_code,
        cast(1 as bigint) as composition_number,
        cast(null as date) as composed_from,
        cast(null as date) as composed_to,
        cast(null as varchar) as municipalities,
        printed.target_year,
        printed.balance_places,
        printed.document,
        'as printed' as method
    from printed
),

all_rows as (
    select * from regions
    union all
    select
        units.*,
        'sum of the printed municipalities of the unit' as method
    from units
)

select
    all_rows.issue_month,
    all_rows.region_level,
    all_rows.region_code,
    names.region_name,
    all_rows.composition_number,
    all_rows.composed_from as composition_from_date,
    all_rows.composed_to as composition_to_date,
    all_rows.municipalities,
    all_rows.target_year,
    all_rows.balance_places,
    all_rows.document as source_document,
    all_rows.method
from all_rows
left join {{ ref('int_regions__with_units') }} as names
    on
        all_rows.region_level = names.region_level
        and all_rows.region_code = names.region_code
