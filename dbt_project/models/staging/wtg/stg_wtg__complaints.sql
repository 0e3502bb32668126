select
    in_force.county_ags,
    cells.reference_date,
    cells.cell_markers,
    cells.vorgang_id as complaint_id,
    cells.pfad_id as offer_id,
    cells.eingang_am as received_date,
    cells.bestaetigt as is_confirmed,
    cells.massnahme as measure_taken,
    cells.von as measure_from_date,
    cells.bis as measure_to_date,
    cells.plaetze_betroffen as affected_places,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision
{{ from_in_force('wtg', 'stichtag', 'massnahmen') }}
