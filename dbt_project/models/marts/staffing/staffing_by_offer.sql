with minimum as (
    select
        value as minimum_skilled_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'minimum_skilled_share'
),

-- Only days on which staff was surveyed.
staffed as (
    select *
    from {{ ref('int_offers__measured') }}
    where care_fte is not null
)

select
    offers.county_ags,
    staffed.reference_date,
    staffed.offer_id,
    offers.offer_name,
    staffed.site_id,
    staffed.offer_type_code,
    staffed.municipality_code,
    staffed.contracted_places as places,
    staffed.residents_persons,
    staffed.care_fte,
    staffed.skilled_fte,
    staffed.assistant_fte,
    staffed.helper_fte,
    staffing.nursing_management_fte,
    staffing.social_service_fte,
    staffing.agreed_fte,
    staffed.care_fte - staffing.agreed_fte as gap_to_agreed_fte,
    staffed.skilled_fte / nullif(staffed.care_fte, 0) as skilled_share,
    staffing.reported_skilled_share,
    minimum.minimum_skilled_share,
    staffed.skilled_fte < staffed.care_fte * minimum.minimum_skilled_share as is_below_minimum,
    staffed.skilled_fte - staffed.care_fte * minimum.minimum_skilled_share
        as skilled_above_minimum_fte,
    staffed.contracted_places / nullif(staffed.care_fte, 0) as places_per_fte,
    staffed.full_time_weekly_hours,
    staffing.surveyed_date,
    staffing.survey_reason,
    'as the home reports it; the quota is skilled FTE / care FTE' as method,
    case
        when staffed.full_time_weekly_hours is null
            then 'the weekly hours behind a full-time equivalent are not known'
        when
            abs(staffing.reported_skilled_share * staffed.care_fte - staffed.skilled_fte)
            > 0.01 * staffed.care_fte
            then 'the home reports another quota than its staff makes'
    end as caveat,
    staffed.source_sha256,
    staffed.published_at,
    staffed.recorded_at,
    staffed.revision
from staffed
left join minimum on staffed.reference_date between minimum.valid_from and minimum.valid_to
left join {{ ref('stg_wtg__offers') }} as offers
    on
        staffed.reference_date = offers.reference_date
        and staffed.offer_id = offers.offer_id
left join {{ ref('stg_wtg__staffing') }} as staffing
    on
        staffed.reference_date = staffing.reference_date
        and staffed.offer_id = staffing.offer_id
