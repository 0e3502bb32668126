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
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'minimum_skilled_share'
),

years as (
    select
        staffed.reference_year,
        staffed.region_level,
        staffed.region_code,
        max(staffed.region_name) as region_name,
        {{ text_list('staffed.municipality_code') }} as municipalities,
        staffed.reference_date,
        count(*) as offers_count,
        {{ steady_sum('staffed.care_fte') }} as care_fte,
        {{ steady_sum('staffed.skilled_fte') }} as skilled_fte,
        {{ steady_sum('staffed.assistant_fte') }} as assistant_fte,
        {{ steady_sum('staffed.helper_fte') }} as helper_fte,
        {{ steady_sum('staffed.skilled_fte') }}
        / nullif({{ steady_sum('staffed.care_fte_with_skilled') }}, 0) as skilled_share,
        minimum.minimum_skilled_share,
        count(
            case
                when staffed.skilled_fte < staffed.care_fte * minimum.minimum_skilled_share then 1
            end
        ) as offers_below_minimum_count,
        {{ sum_of('staffed.contracted_places') }} as places,
        {{ sum_of('staffed.residents_persons') }} as residents_persons,
        sum(staffed.contracted_places)
        / nullif({{ steady_sum('staffed.care_fte_with_places') }}, 0) as places_per_fte,
        sum(staffed.residents_persons)
        / nullif({{ steady_sum('staffed.care_fte_with_residents') }}, 0) as residents_per_fte,
        min(staffed.full_time_weekly_hours) as full_time_weekly_hours_min,
        max(staffed.full_time_weekly_hours) as full_time_weekly_hours_max,
        'sum over offers that report staff; the quota is sum by sum, never a mean of quotas'
            as method,
        case
            when min(staffed.full_time_weekly_hours) <> max(staffed.full_time_weekly_hours)
                then 'full-time equivalents rest on different weekly hours'
            when count(staffed.full_time_weekly_hours) < count(*)
                then 'the weekly hours behind a full-time equivalent are not known for every offer'
        end as caveat,
        max(staffed.source_sha256) as source_sha256,
        max(staffed.published_at) as published_at,
        max(staffed.recorded_at) as recorded_at
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
)

select
    years.reference_year,
    years.region_level,
    years.region_code,
    years.region_name,
    years.reference_date,
    years.offers_count,
    years.care_fte,
    years.skilled_fte,
    years.assistant_fte,
    years.helper_fte,
    years.skilled_share,
    years.minimum_skilled_share,
    years.offers_below_minimum_count,
    targets.ratio_set_code as target_ratio_set_code,
    targets.reference_date as target_reference_date,
    targets.skilled_share as target_skilled_share,
    case
        when
            years.region_level <> 'Planungseinheit'
            or years.municipalities = year_before.municipalities
            then years.care_fte - year_before.care_fte
    end as change_to_year_before_fte,
    case
        when
            years.region_level <> 'Planungseinheit'
            or years.municipalities = year_before.municipalities
            then years.skilled_share - year_before.skilled_share
    end as change_to_year_before_skilled_share,
    years.places,
    years.residents_persons,
    years.places_per_fte,
    years.residents_per_fte,
    years.full_time_weekly_hours_min,
    years.full_time_weekly_hours_max,
    years.method,
    years.caveat,
    years.source_sha256,
    years.published_at,
    years.recorded_at
from years
left join years as year_before
    on
        years.reference_year = year_before.reference_year + 1
        and years.region_level = year_before.region_level
        and years.region_code = year_before.region_code
-- The other target: what the residents' care grades ask for.
left join {{ ref('int_staffing_targets__by_area') }} as targets
    on
        years.reference_year = targets.reference_year
        and years.region_level = targets.region_level
        and years.region_code = targets.region_code
