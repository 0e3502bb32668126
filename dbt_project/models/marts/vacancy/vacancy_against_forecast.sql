-- Every forecast beside the places that were vacant, whoever made it.
with member_forecasts as (
    select *
    from {{ ref('int_forecasts__by_area') }}
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
    from member_forecasts
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

compared as (
    select
        member_forecasts.forecast_code,
        member_forecasts.issue_month,
        member_forecasts.target_year,
        member_forecasts.region_level,
        member_forecasts.region_code,
        member_forecasts.region_name,
        member_forecasts.municipalities,
        member_forecasts.valid_from,
        member_forecasts.valid_before,
        observed_dates.reference_date as observed_reference_date,
        max(member_forecasts.source_document) as source_document,
        -- Of a unit only if every member has its figure.
        case
            when count(member_forecasts.balance_places) = count(*)
                then {{ sum_of('member_forecasts.balance_places') }}
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
        max(member_forecasts.members_count) as members_count
    from member_forecasts
    inner join observed_dates on member_forecasts.target_year = observed_dates.target_year
    left join vacancies
        on
            member_forecasts.member_code = vacancies.region_code
            and member_forecasts.member_level = vacancies.region_level
            and observed_dates.reference_date = vacancies.reference_date
    group by all
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
