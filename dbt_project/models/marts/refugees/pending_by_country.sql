with countries as (
    select
        status_code,
        ls_code
    from {{ ref('residence_status') }}
    where group_code = 'pending' and ls_code is not null
),

counted as (
    select *
    from {{ ref('int_refugees__counted') }}
    where margin = 'total'
),

listed_countries as (
    select
        counted.reference_date,
        countries.ls_code as origin_code,
        counted.persons,
        counted.marker
    from counted
    inner join countries on counted.status_code = countries.status_code
),

-- All pending procedures, on the dates that list countries at all, beside those of Germany.
wholes as (
    select
        counted.county_ags,
        counted.reference_date,
        counted.persons,
        counted.marker,
        months.reference_month as national_month,
        months.pending_total as national_count,
        {{ both_files('counted.source_sha256', 'months.source_sha256') }} as source_sha256,
        greatest(counted.published_at, months.published_at) as published_at,
        greatest(counted.recorded_at, months.recorded_at) as recorded_at,
        counted.revision
    from counted
    left join {{ ref('asylum_national_monthly') }} as months
        on
            {{ month_number('counted.reference_date') }}
            = {{ month_number('months.reference_month') }}
    where
        counted.status_code = 'pending'
        and counted.reference_date in (
            select listed_countries.reference_date from listed_countries
        )
),

-- A country that a month does not list has no pending procedure: those listed make the total.
countries_beside_germany as (
    select
        listed_countries.*,
        case when wholes.national_month is not null then coalesce(national.pending_total, 0) end
            as national_count
    from listed_countries
    inner join wholes on listed_countries.reference_date = wholes.reference_date
    left join {{ ref('asylum_by_country_monthly') }} as national
        on
            wholes.national_month = national.reference_month
            and listed_countries.origin_code = national.ls_code
),

sums as (
    select
        reference_date,
        case when count(persons) = (select count(*) from countries) then {{ sum_of('persons') }} end
            as persons,
        case
            when count(national_count) = (select count(*) from countries)
                then {{ sum_of('national_count') }}
        end as national_count
    from countries_beside_germany
    group by reference_date
),

origins as (
    select
        reference_date,
        origin_code,
        persons,
        marker,
        national_count
    from countries_beside_germany
    union all
    select
        wholes.reference_date,
        'other' as origin_code,
        wholes.persons - sums.persons as persons,
        cast(null as varchar) as marker,
        wholes.national_count - sums.national_count as national_count
    from wholes
    inner join sums on wholes.reference_date = sums.reference_date
    union all
    select
        reference_date,
        'total' as origin_code,
        persons,
        marker,
        national_count
    from wholes
)

select
    origins.reference_date,
    wholes.county_ags as region_code,
    origins.origin_code,
    case origins.origin_code
        when 'total' then 'Alle Herkunftsländer'
        when 'other' then 'Übrige Herkunftsländer'
        else coalesce(named.country_name, origins.origin_code)
    end as origin_label,
    wholes.national_month,
    origins.persons as pending_persons,
    origins.marker,
    origins.persons / nullif(wholes.persons, 0) as county_pending_share,
    origins.national_count as national_pending_count,
    origins.national_count / nullif(wholes.national_count, 0) as national_pending_share,
    origins.persons / nullif(origins.national_count, 0) as county_of_national_share,
    'county by the cross table, Germany by the HKL table of the same month; other = total - listed'
        as method,
    {{ caveats([
        "case when wholes.national_month is null then 'the national month is missing' end",
        "case when origins.persons is null then 'a marker stands instead of a number' end",
        "case when origins.reference_date <> cast(last_day(origins.reference_date) as date)"
        ~ " then 'Germany is counted at the end of the month, the county on another day' end",
    ]) }} as caveat,
    wholes.source_sha256,
    wholes.published_at,
    wholes.recorded_at,
    wholes.revision
from origins
inner join wholes on origins.reference_date = wholes.reference_date
left join {{ ref('dim_country') }} as named on origins.origin_code = named.ls_code
