select
    cells.reference_date,
    cells.cell_markers,
    cells.pfad_id as offer_id,
    cells.pg1 as care_grade_1_persons,
    cells.pg2 as care_grade_2_persons,
    cells.pg3 as care_grade_3_persons,
    cells.pg4 as care_grade_4_persons,
    cells.pg5 as care_grade_5_persons,
    cells.ohne_pg as no_care_grade_persons,
    cells.unter_60 as under_60_persons,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision
{{ from_in_force('wtg', 'stichtag', 'bewohner') }}
