-- Every forecast that is held against what came, whoever made it. Another one joins here by a
-- union, with its balances by municipality and for the county. They speak of full in-patient care.
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
    -- Planning units are summed below, from their members' forecasts and vacancies alike.
    where region_level in ('Kreis', 'Gemeinde')
),

vacancies as (
    select *
    from {{ ref('vacancy_by_region') }}
    where offer_type_code = 'vollstationaer'
),

-- The dates of the target year and the first of the next: where a year ends, no date lies.
county_dates as (
    select
        reference_date,
        recorded_at,
        cast(extract(year from reference_date) as integer) as reference_year,
        row_number() over (
            partition by extract(year from reference_date) order by reference_date
        ) as place_in_year
    from vacancies
    where region_level = 'Kreis'
),

target_years as (
    select distinct target_year
    from forecasts
),

observed_dates as (
    select
        target_years.target_year,
        county_dates.reference_date,
        county_dates.recorded_at
    from target_years
    inner join county_dates
        on
            target_years.target_year = county_dates.reference_year
            or (
                target_years.target_year + 1 = county_dates.reference_year
                and county_dates.place_in_year = 1
            )
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
),

compared as (
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
        observed_dates.reference_date as observed_reference_date,
        max(forecasts.source_document) as source_document,
        -- Of a unit only if every member has its figure.
        case
            when count(forecasts.balance_places) = count(*)
                then {{ sum_of('forecasts.balance_places') }}
        end as forecast_balance_places,
        case
            when count(vacancies.vacant_places) = count(*)
                then {{ sum_of('vacancies.vacant_places') }}
        end as vacant_places,
        case
            when count(vacancies.unusable_places) = count(*)
                then {{ sum_of('vacancies.unusable_places') }}
        end as unusable_places,
        min(vacancies.basis) as observed_basis,
        max(vacancies.source_sha256) as source_sha256,
        max(vacancies.published_at) as published_at,
        max(coalesce(vacancies.recorded_at, observed_dates.recorded_at)) as recorded_at,
        count(*) as members_with_forecast_count,
        max(length(regions.municipalities) - length(replace(regions.municipalities, ',', '')) + 1)
            as members_count
    from forecasts
    inner join regions on forecasts.region_code = regions.member_code
    inner join observed_dates on forecasts.target_year = observed_dates.target_year
    left join vacancies
        on
            forecasts.region_code = vacancies.region_code
            and forecasts.region_level = vacancies.region_level
            and observed_dates.reference_date = vacancies.reference_date
    group by
        forecasts.forecast_code,
        forecasts.issue_month,
        forecasts.target_year,
        regions.region_level,
        regions.region_code,
        regions.region_name,
        regions.municipalities,
        regions.valid_from,
        regions.valid_before,
        observed_dates.reference_date
)

select
    forecast_code,
    issue_month,
    target_year,
    region_level,
    region_code,
    municipalities,
    observed_reference_date,
    region_name,
    -- Which members the plan for the target year counts.
    coalesce(make_date(target_year, 1, 1) >= valid_from, true)
    and coalesce(make_date(target_year, 1, 1) < valid_before, true)
        as is_composition_of_target_year,
    forecast_balance_places,
    vacant_places,
    unusable_places,
    vacant_places - forecast_balance_places as vacant_above_forecast_places,
    sign(forecast_balance_places) < 0 and vacant_places > 0 as shortage_forecast_but_vacant,
    observed_basis,
    source_document,
    'places not occupied on a date of the target year, or the first date after it, less the '
    || 'balance forecast for the year; a planning unit is the sum of its members' as method,
    case
        when vacant_places is null
            then 'vacancies of the date are not known for this region'
        else
            'a vacant place is not a balance: some are not usable, some free between residents'
    end as caveat,
    source_sha256,
    published_at,
    recorded_at
from compared
where members_with_forecast_count = members_count
