{{ config(materialized='table') }}

{#- Officers give one of the two where they know only one; contracted places join them. -#}
{%- set occupied_places = (
    'coalesce(occupancy.occupied_places, occupancy.contracted_places - occupancy.vacant_places)'
) %}

with offers as (
    select *
    from {{ ref('stg_wtg__offers') }}
    where
        coalesce(operating_from_date <= reference_date, true)
        and coalesce(operating_to_date >= reference_date, true)
        and lower(coalesce(operating_status, '')) not in (
            select lower(statuses.operating_status)
            from {{ ref('offer_status') }} as statuses
            where not statuses.is_operating
        )
),

reasons as (
    select
        lower(reason_label) as reason_label,
        reason_code
    from {{ ref('unusable_reason') }}
)

select
    offers.reference_date,
    offers.offer_id,
    offers.site_id,
    offers.offer_type_code,
    offers.municipality_code,
    occupancy.contracted_places,
    occupancy.embedded_short_term_places,
    occupancy.fixed_short_term_places,
    occupancy.special_unit_places,
    occupancy.unusable_places,
    occupancy.reported_free_places,
    occupancy.single_rooms,
    occupancy.double_rooms,
    occupancy.reported_date,
    residents.care_grade_1_persons,
    residents.care_grade_2_persons,
    residents.care_grade_3_persons,
    residents.care_grade_4_persons,
    residents.care_grade_5_persons,
    residents.no_care_grade_persons,
    residents.under_60_persons,
    staffing.care_fte,
    staffing.skilled_fte,
    staffing.assistant_fte,
    staffing.helper_fte,
    staffing.full_time_weekly_hours,
    offers.source_sha256,
    offers.published_at,
    offers.recorded_at,
    offers.revision,
    {{ occupied_places }} as occupied_places,
    coalesce(
        occupancy.vacant_places, occupancy.contracted_places - occupancy.occupied_places
    ) as vacant_places,
    case
        when occupancy.unusable_places > 0 then coalesce(reasons.reason_code, 'other')
    end as unusable_reason_code,
    -- A home that leaves out a cell has residents beside those it names: who lives in its places.
    -- So the residents of homes and their occupied places are one figure wherever both are summed.
    case
        when
            coalesce(
                residents.care_grade_1_persons,
                residents.care_grade_2_persons,
                residents.care_grade_3_persons,
                residents.care_grade_4_persons,
                residents.care_grade_5_persons,
                residents.no_care_grade_persons
            ) is not null
            then coalesce(
                residents.care_grade_1_persons
                + residents.care_grade_2_persons
                + residents.care_grade_3_persons
                + residents.care_grade_4_persons
                + residents.care_grade_5_persons
                + residents.no_care_grade_persons,
                {{ occupied_places }},
                coalesce(residents.care_grade_1_persons, 0)
                + coalesce(residents.care_grade_2_persons, 0)
                + coalesce(residents.care_grade_3_persons, 0)
                + coalesce(residents.care_grade_4_persons, 0)
                + coalesce(residents.care_grade_5_persons, 0)
                + coalesce(residents.no_care_grade_persons, 0)
            )
    end as residents_persons
from offers
left join {{ ref('stg_wtg__occupancy') }} as occupancy
    on
        offers.reference_date = occupancy.reference_date
        and offers.offer_id = occupancy.offer_id
left join {{ ref('stg_wtg__residents') }} as residents
    on
        offers.reference_date = residents.reference_date
        and offers.offer_id = residents.offer_id
left join {{ ref('stg_wtg__staffing') }} as staffing
    on
        offers.reference_date = staffing.reference_date
        and offers.offer_id = staffing.offer_id
left join reasons
    on lower(occupancy.unusable_reason) = reasons.reason_label
