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

listed as (
    select
        counted.reference_date,
        countries.ls_code as origin_code,
        counted.persons,
        counted.marker,
        counted.source_sha256,
        counted.published_at,
        counted.recorded_at,
        counted.revision
    from counted
    inner join countries on counted.status_code = countries.status_code
),

-- All pending procedures, on the dates that list countries at all.
wholes as (
    select
        counted.county_ags,
        counted.reference_date,
        counted.persons,
        counted.marker,
        counted.source_sha256,
        counted.published_at,
        counted.recorded_at,
        counted.revision
    from counted
    where
        counted.status_code = 'pending'
        and counted.reference_date in (select listed.reference_date from listed)
),

national as (
    select
        {{ month_number('reference_month') }} as month_number,
        reference_month,
        ls_code as origin_code,
        pending_total,
        source_sha256,
        published_at,
        recorded_at
    from {{ ref('asylum_by_country_monthly') }}
    where ls_code in (select countries.ls_code from countries)
),

national_wholes as (
    select
        {{ month_number('reference_month') }} as month_number,
        reference_month,
        pending_total,
        source_sha256,
        published_at,
        recorded_at
    from {{ ref('asylum_national_monthly') }}
),

-- A country that a month does not list has no pending procedure: those listed make the total.
six as (
    select
        listed.*,
        months.reference_month,
        case when months.reference_month is not null then coalesce(national.pending_total, 0) end
            as national_count
    from listed
    left join national_wholes as months
        on {{ month_number('listed.reference_date') }} = months.month_number
    left join national
        on
            months.month_number = national.month_number
            and listed.origin_code = national.origin_code
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
    from six
    group by reference_date
),

all_rows as (
    select
        reference_date,
        origin_code,
        persons,
        marker,
        national_count
    from six
    union all
    select
        wholes.reference_date,
        'other' as origin_code,
        wholes.persons - sums.persons as persons,
        cast(null as varchar) as marker,
        months.pending_total - sums.national_count as national_count
    from wholes
    inner join sums on wholes.reference_date = sums.reference_date
    left join national_wholes as months
        on {{ month_number('wholes.reference_date') }} = months.month_number
    union all
    select
        wholes.reference_date,
        'total' as origin_code,
        wholes.persons,
        wholes.marker,
        months.pending_total as national_count
    from wholes
    left join national_wholes as months
        on {{ month_number('wholes.reference_date') }} = months.month_number
)

select
    all_rows.reference_date,
    wholes.county_ags as region_code,
    all_rows.origin_code,
    case all_rows.origin_code
        when 'total' then 'Alle Herkunftsländer'
        when 'other' then 'Übrige Herkunftsländer'
        else coalesce(named.country_name, all_rows.origin_code)
    end as origin_label,
    months.reference_month as national_month,
    all_rows.persons as pending_persons,
    all_rows.marker,
    all_rows.persons / nullif(wholes.persons, 0) as county_pending_share,
    all_rows.national_count as national_pending_count,
    all_rows.national_count / nullif(months.pending_total, 0) as national_pending_share,
    all_rows.persons / nullif(all_rows.national_count, 0) as county_of_national_share,
    'county by the cross table, Germany by the HKL table of the same month; other = total - listed'
        as method,
    {{ caveats([
        "case when months.reference_month is null then 'the national month is missing' end",
        "case when all_rows.persons is null then 'a marker stands instead of a number' end",
        "case when all_rows.reference_date <> cast(last_day(all_rows.reference_date) as date)"
        ~ " then 'Germany is counted at the end of the month, the county on another day' end",
    ]) }} as caveat,
    {{ both_files('wholes.source_sha256', 'months.source_sha256') }} as source_sha256,
    greatest(wholes.published_at, months.published_at) as published_at,
    greatest(wholes.recorded_at, months.recorded_at) as recorded_at,
    wholes.revision
from all_rows
inner join wholes on all_rows.reference_date = wholes.reference_date
left join national_wholes as months
    on {{ month_number('all_rows.reference_date') }} = months.month_number
left join {{ ref('dim_country') }} as named on all_rows.origin_code = named.ls_code
