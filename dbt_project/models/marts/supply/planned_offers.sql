select
    projects.reference_date,
    areas.region_level,
    areas.region_code,
    projects.offer_type_code,
    max(areas.region_name) as region_name,
    count(*) as projects_count,
    {{ sum_of('projects.planned_places') }} as planned_places,
    {{ sum_of('projects.planned_housing_units') }} as planned_housing_units_count,
    min(projects.expected_opening_date) as first_expected_opening_date,
    {{ text_list('projects.project_status') }} as project_statuses,
    'sum over the projects on the list of the reference date' as method,
    max(projects.source_sha256) as source_sha256,
    max(projects.published_at) as published_at,
    max(projects.recorded_at) as recorded_at,
    max(projects.revision) as revision
from {{ ref('stg_wtg__projects') }} as projects
inner join {{ ref('int_municipalities__areas') }} as areas
    on
        projects.municipality_code = areas.municipality_code
        and coalesce(projects.reference_date >= areas.valid_from, true)
        and coalesce(projects.reference_date <= areas.valid_to, true)
group by
    projects.reference_date,
    areas.region_level,
    areas.region_code,
    projects.offer_type_code
