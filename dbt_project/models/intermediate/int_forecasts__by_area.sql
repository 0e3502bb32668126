-- Every forecast that is held against what came, whoever made it. Another one joins here by a
-- union, with its balances by municipality and for the county. They speak of full in-patient care.
-- Grain: forecast x target year x region with its members x member.
with forecasts as (
    select
        'external_consultant' as forecast_code,
        issue_month,
        region_code,
        region_name,
        -- By the key, for a printed forecast is older than any file that names its regions.
        case length(region_code) when 5 then 'Kreis' when 8 then 'Gemeinde' end as region_level,
        target_year,
        balance_places,
        source_document
    from {{ ref('demand_external_forecast') }}
    -- Planning units come from their members, as their vacancies do.
    where region_level in ('Kreis', 'Gemeinde')
),

members as (
    select distinct municipality_code
    from {{ ref('int_planning_units__listed') }}
),

-- Planning units by each set of members that they ever had; the others by themselves.
regions as (
    select distinct
        region_level,
        region_code,
        region_name,
        region_code as municipalities,
        region_code as member_code,
        cast(null as date) as valid_from,
        cast(null as date) as valid_before
    from forecasts
    union all
    select
        'Planungseinheit' as region_level,
        units.unit_code as region_code,
        units.unit_name as region_name,
        units.municipalities,
        members.municipality_code as member_code,
        units.valid_from,
        units.valid_before
    from {{ ref('int_planning_units__compositions') }} as units
    inner join members
        on units.municipalities like '%' || members.municipality_code || '%'
)

select
    forecasts.forecast_code,
    forecasts.issue_month,
    forecasts.target_year,
    regions.region_level,
    regions.region_code,
    regions.region_name,
    regions.municipalities,
    regions.valid_from,
    regions.valid_before,
    regions.member_code,
    forecasts.region_level as member_level,
    length(regions.municipalities) - length(replace(regions.municipalities, ',', '')) + 1
        as members_count,
    forecasts.balance_places,
    forecasts.source_document
from forecasts
inner join regions on forecasts.region_code = regions.member_code
