with in_force as (
    select
        source_sha256,
        period,
        revision
    from {{ ref('int_batches__in_force') }}
    where source = 'wtg' and dataset = 'stichtag'
)

select
    cells.reference_date,
    cells.cell_markers,
    cells.vorhaben_id as project_id,
    cells.ags as municipality_code,
    cells.angebotsform as offer_type_code,
    cells.plaetze as planned_places,
    cells.wohneinheiten as planned_housing_units,
    cells.status as project_status,
    cells.beschluss_am as decided_date,
    cells.inbetriebnahme_erwartet as expected_opening_date,
    cells.traeger as provider_name,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as known_since,
    in_force.revision
from {{ source('wtg', 'planungen') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
