{#
  Projects for permanent full in-patient care with the day on which they open, by year: those of the
  newest list of the year or before. A project without a day of opening opens so many years after the
  list that names it as opening_delay_years says.
#}
with years as (
    select distinct reference_year
    from {{ ref('int_demand_years__listed') }}
),

project_lists as (
    select
        years.reference_year,
        max(projects.reference_date) as projects_date
    from years
    inner join {{ ref('stg_wtg__projects') }} as projects
        on years.reference_year >= extract(year from projects.reference_date)
    group by years.reference_year
),

delays as (
    select distinct opening_delay_years
    from {{ ref('int_demand_scenarios__wide') }}
)

select
    project_lists.reference_year,
    project_lists.projects_date,
    projects.project_id,
    projects.municipality_code,
    delays.opening_delay_years,
    projects.planned_places,
    projects.recorded_at,
    coalesce(statuses.status_code, 'planned') as status_code,
    coalesce(
        projects.expected_opening_date,
        make_date(
            cast(
                extract(year from project_lists.projects_date) + delays.opening_delay_years
                as integer
            ), 12, 31
        )
    ) as opening_date
from project_lists
inner join {{ ref('stg_wtg__projects') }} as projects
    on
        project_lists.projects_date = projects.reference_date
        and projects.offer_type_code = 'vollstationaer'
cross join delays
left join {{ ref('project_status') }} as statuses
    on lower(projects.project_status) = lower(statuses.status_label)
