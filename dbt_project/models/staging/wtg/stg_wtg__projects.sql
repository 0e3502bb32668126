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
    cells.retrieved_at as recorded_at,
    in_force.revision
{{ from_in_force('wtg', 'stichtag', 'planungen') }}
