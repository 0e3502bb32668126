select
    cells.reference_date,
    cells.cell_markers,
    cells.angebot_id as support_offer_id,
    cells.ags as municipality_code,
    cells.art as support_kind,
    cells.zielgruppe_kinder as is_for_children,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision
{{ from_in_force('wtg', 'stichtag', 'unterstuetzungsangebote') }}
