{{ config(materialized='table') }}

{#
  Places for permanent full in-patient care by the authority's own list, by municipality and year:
  the newest list of the year or before; projects that open, and homes that close, between that list
  and the end of the year.
#}
with years as (
    select distinct reference_year
    from {{ ref('int_demand_years__listed') }}
),

lists as (
    select
        years.reference_year,
        max(offers.reference_date) as supply_date
    from years
    inner join {{ ref('int_offers__measured') }} as offers
        on
            years.reference_year >= extract(year from offers.reference_date)
            and offers.offer_type_code = 'vollstationaer'
            and offers.contracted_places is not null
    group by years.reference_year
),

offers as (
    select
        lists.reference_year,
        lists.supply_date,
        offers.municipality_code,
        sum(offers.contracted_places) as contracted_places,
        sum(coalesce(offers.fixed_short_term_places, 0)) as fixed_short_term_places,
        sum(coalesce(offers.embedded_short_term_places, 0)) as embedded_short_term_places,
        sum(coalesce(offers.unusable_places, 0)) as unusable_places,
        sum(
            case
                when
                    ends.operating_to_date > lists.supply_date
                    and ends.operating_to_date <= make_date(lists.reference_year, 12, 31)
                    then offers.contracted_places
                else 0
            end
        ) as closed_places,
        max(offers.source_sha256) as source_sha256,
        max(offers.published_at) as published_at,
        max(offers.recorded_at) as recorded_at
    from lists
    inner join {{ ref('int_offers__measured') }} as offers
        on
            lists.supply_date = offers.reference_date
            and offers.offer_type_code = 'vollstationaer'
    left join {{ ref('stg_wtg__offers') }} as ends
        on
            offers.reference_date = ends.reference_date
            and offers.offer_id = ends.offer_id
    group by lists.reference_year, lists.supply_date, offers.municipality_code
),

delays as (
    select distinct opening_delay_years
    from {{ ref('int_demand_scenarios__wide') }}
),

planned as (
    select
        opening.reference_year,
        opening.municipality_code,
        opening.opening_delay_years,
        max(opening.projects_date) as projects_date,
        {% for status in ['planned', 'decided', 'under_construction'] -%}
            sum(
                case
                    when opening.status_code = '{{ status }}' then opening.planned_places else 0
                end
            )
                as {{ status }}_places,
        {% endfor -%}
        max(opening.recorded_at) as recorded_at
    from {{ ref('int_demand_projects__opening') }} as opening
    inner join lists on opening.reference_year = lists.reference_year
    where
        opening.opening_date > lists.supply_date
        and opening.opening_date <= make_date(opening.reference_year, 12, 31)
    group by opening.reference_year, opening.municipality_code, opening.opening_delay_years
),

municipalities as (
    select
        offers.reference_year,
        offers.municipality_code
    from offers
    union
    select
        planned.reference_year,
        planned.municipality_code
    from planned
    union
    -- A municipality without a home still has a need, and so a balance.
    select
        lists.reference_year,
        areas.municipality_code
    from lists
    cross join {{ ref('int_municipalities__areas') }} as areas
    where areas.region_level = 'Gemeinde'
)

select
    municipalities.reference_year,
    municipalities.municipality_code,
    delays.opening_delay_years,
    lists.supply_date,
    planned.projects_date,
    coalesce(offers.contracted_places, 0) as contracted_places,
    coalesce(offers.fixed_short_term_places, 0) as fixed_short_term_places,
    coalesce(offers.embedded_short_term_places, 0) as embedded_short_term_places,
    coalesce(offers.unusable_places, 0) as unusable_places,
    coalesce(offers.closed_places, 0) as closed_places,
    coalesce(planned.planned_places, 0) as planned_places,
    coalesce(planned.decided_places, 0) as decided_places,
    coalesce(planned.under_construction_places, 0) as under_construction_places,
    offers.source_sha256,
    offers.published_at,
    greatest(offers.recorded_at, planned.recorded_at) as recorded_at
from municipalities
inner join lists on municipalities.reference_year = lists.reference_year
cross join delays
left join offers
    on
        municipalities.reference_year = offers.reference_year
        and municipalities.municipality_code = offers.municipality_code
left join planned
    on
        municipalities.reference_year = planned.reference_year
        and municipalities.municipality_code = planned.municipality_code
        and delays.opening_delay_years = planned.opening_delay_years
