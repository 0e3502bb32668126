with staffed as (
    select
        cast(extract(year from reference_date) as integer) as reference_year,
        *,
        case when skilled_fte is not null then care_fte end as care_fte_with_skilled,
        case when contracted_places is not null then care_fte end as care_fte_with_places,
        case when residents_persons is not null then care_fte end as care_fte_with_residents
    from {{ ref('int_offers__by_area') }}
    where care_fte is not null
),

-- The last date of a year on which staff was reported stands for the year.
year_dates as (
    select
        reference_year,
        max(reference_date) as reference_date
    from staffed
    group by reference_year
),

minimum as (
    select
        value as minimum_skilled_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('wtg_parameter') }}
    where name = 'minimum_skilled_share'
)

select
    staffed.reference_year,
    staffed.region_level,
    staffed.region_code,
    max(staffed.region_name) as region_name,
    staffed.reference_date,
    count(*) as offers_count,
    {{ steady_sum('staffed.care_fte') }} as care_fte,
    {{ steady_sum('staffed.skilled_fte') }} as skilled_fte,
    {{ steady_sum('staffed.skilled_fte') }}
    / nullif({{ steady_sum('staffed.care_fte_with_skilled') }}, 0) as skilled_share,
    minimum.minimum_skilled_share,
    count(
        case when staffed.skilled_fte < staffed.care_fte * minimum.minimum_skilled_share then 1 end
    ) as offers_below_minimum_count,
    {{ sum_of('staffed.contracted_places') }} as places,
    {{ sum_of('staffed.residents_persons') }} as residents_persons,
    sum(staffed.contracted_places)
    / nullif({{ steady_sum('staffed.care_fte_with_places') }}, 0) as places_per_fte,
    sum(staffed.residents_persons)
    / nullif({{ steady_sum('staffed.care_fte_with_residents') }}, 0) as residents_per_fte,
    min(staffed.full_time_weekly_hours) as full_time_weekly_hours_min,
    max(staffed.full_time_weekly_hours) as full_time_weekly_hours_max,
    'sum over offers that report staff; the quota is sum by sum, never a mean of quotas' as method,
    case
        when min(staffed.full_time_weekly_hours) <> max(staffed.full_time_weekly_hours)
            then 'full-time equivalents rest on different weekly hours'
        when count(staffed.full_time_weekly_hours) < count(*)
            then 'the weekly hours behind a full-time equivalent are not known for every offer'
    end as doubt,
    max(staffed.source_sha256) as source_sha256,
    max(staffed.published_at) as published_at,
    max(staffed.known_since) as known_since
from staffed
inner join year_dates
    on
        staffed.reference_year = year_dates.reference_year
        and staffed.reference_date = year_dates.reference_date
left join minimum on staffed.reference_date between minimum.valid_from and minimum.valid_to
group by
    staffed.reference_year,
    staffed.region_level,
    staffed.region_code,
    staffed.reference_date,
    minimum.minimum_skilled_share
