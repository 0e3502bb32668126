with parameters as (
    select
        value as unreported_change_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'unreported_change_share'
),

reported as (
    select
        *,
        lag(reference_date) over (
            partition by offer_id order by reference_date
        ) as previous_reference_date,
        lag(vacant_places) over (
            partition by offer_id order by reference_date
        ) as previous_vacant_places
    from {{ ref('int_offers__measured') }}
    where vacant_places is not null
)

select
    offers.county_ags,
    reported.reference_date,
    reported.offer_id,
    offers.offer_name,
    reported.site_id,
    reported.offer_type_code,
    reported.municipality_code,
    reported.contracted_places as places,
    reported.occupied_places,
    reported.vacant_places,
    reported.unusable_places,
    reported.unusable_reason_code,
    occupancy.unusable_reason as unusable_reason_label,
    reported.reported_free_places,
    -- Empty, usable, and yet not offered to the public: what a planner asks the home about.
    reported.vacant_places - reported.unusable_places - reported.reported_free_places
        as vacant_not_offered_places,
    reported.vacant_places / nullif(reported.contracted_places, 0) as vacancy_share,
    reported.occupied_places / nullif(reported.contracted_places, 0) as occupancy_share,
    reported.previous_reference_date,
    reported.vacant_places - reported.previous_vacant_places as change_to_previous_places,
    reported.reported_date,
    occupancy.reported_through,
    {{ days_between('reported.reported_date', 'reported.reference_date') }}
        as report_age_days_count,
    -- Strictly below the share a home may keep silent.
    cast(
        ceil(
            cast(parameters.unreported_change_share * reported.contracted_places as decimal(18, 6))
        ) as bigint
    ) - 1 as largest_unreported_change_places,
    'as the home reports it' as method,
    case
        when reported.reported_date is null then 'when the home reported this is not known'
        when reported.reported_date > reported.reference_date
            then 'reported after the reference date'
        when reported.reported_date < reported.reference_date
            then
                'reported '
                || {{ days_between('reported.reported_date', 'reported.reference_date') }}
                || ' days before: smaller changes since need not have been reported'
    end as caveat,
    reported.source_sha256,
    reported.published_at,
    reported.recorded_at,
    reported.revision
from reported
left join parameters
    on reported.reference_date between parameters.valid_from and parameters.valid_to
left join {{ ref('stg_wtg__offers') }} as offers
    on
        reported.reference_date = offers.reference_date
        and reported.offer_id = offers.offer_id
left join {{ ref('stg_wtg__occupancy') }} as occupancy
    on
        reported.reference_date = occupancy.reference_date
        and reported.offer_id = occupancy.offer_id
