with homes as (
    select
        offers.reference_date,
        offers.offer_id,
        offers.site_id
    from {{ ref('int_offers__measured') }} as offers
    inner join {{ ref('offer_type') }} as types
        on
            offers.offer_type_code = types.offer_type_code
            and types.counts_as_home
),

home_offers as (
    -- An offer whose site no file names is a home of its own, as in int_homes__measured.
    select
        offer_id,
        coalesce(max(site_id), offer_id) as site_id
    from homes
    group by offer_id
),

received as (
    select
        listed.county_ags,
        cast(extract(year from listed.received_date) as integer) as reference_year,
        listed.is_confirmed,
        listed.source_sha256,
        listed.published_at,
        listed.recorded_at,
        home_offers.site_id
    from {{ ref('int_complaints__listed') }} as listed
    inner join home_offers on listed.offer_id = home_offers.offer_id
    where listed.received_date is not null
),

years as (
    select distinct reference_year from received
),

periods as (
    {{ report_periods('years') }}
),

home_dates as (
    select
        periods.from_year,
        periods.to_year,
        max(homes.reference_date) as homes_reference_date
    from periods
    inner join homes on extract(year from homes.reference_date) <= periods.to_year
    group by periods.from_year, periods.to_year
),

home_totals as (
    select
        home_dates.from_year,
        home_dates.to_year,
        home_dates.homes_reference_date,
        count(distinct coalesce(homes.site_id, homes.offer_id)) as homes_count
    from home_dates
    inner join homes on home_dates.homes_reference_date = homes.reference_date
    group by home_dates.from_year, home_dates.to_year, home_dates.homes_reference_date
),

counted as (
    select
        received.county_ags,
        periods.from_year,
        periods.to_year,
        count(*) as complaints_count,
        cast(
            sum(case received.is_confirmed when true then 1 when false then 0 end) as bigint
        ) as confirmed_count,
        count(distinct received.site_id) as homes_with_complaints_count,
        home_totals.homes_count,
        count(distinct received.site_id) / nullif(home_totals.homes_count, 0)
            as homes_with_complaints_share,
        home_totals.homes_reference_date,
        'homes counted by site; a complaint belongs to the year in which it came in' as method,
        {{ text_list('received.source_sha256') }} as source_sha256,
        max(received.published_at) as published_at,
        max(received.recorded_at) as recorded_at
    from periods
    inner join received on received.reference_year between periods.from_year and periods.to_year
    left join home_totals
        on
            periods.from_year = home_totals.from_year
            and periods.to_year = home_totals.to_year
    group by
        received.county_ags,
        periods.from_year,
        periods.to_year,
        home_totals.homes_count,
        home_totals.homes_reference_date
)

select
    counted.county_ags,
    counted.from_year,
    counted.to_year,
    counted.complaints_count,
    counted.confirmed_count,
    counted.homes_with_complaints_count,
    counted.homes_count,
    counted.homes_with_complaints_share,
    counted.homes_reference_date,
    counted.complaints_count - before.complaints_count as change_complaints_count,
    counted.homes_with_complaints_count - before.homes_with_complaints_count
        as change_homes_with_complaints_count,
    counted.method,
    counted.source_sha256,
    counted.published_at,
    counted.recorded_at
from counted
left join counted as before
    on
        counted.county_ags = before.county_ags
        and {{ is_period_before('before', 'counted') }}
