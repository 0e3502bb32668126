select
    cells.reference_date,
    cells.cell_markers,
    cells.pfad_id as offer_id,
    cells.vk_pflege_gesamt as care_fte,
    cells.vk_fachkraft as skilled_fte,
    cells.vk_assistenz_1j as assistant_fte,
    cells.vk_hilfskraft as helper_fte,
    cells.vk_pdl as nursing_management_fte,
    cells.vk_sozialdienst as social_service_fte,
    cells.vk_soll_vereinbart as agreed_fte,
    cells.wochenstunden_vollzeit as full_time_weekly_hours,
    cells.erhoben_am as surveyed_date,
    cells.anlass as survey_reason,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    -- Officers write the quota in percent; shares are fractions in Kreishaus.
    cells.fachkraftquote_gemeldet / 100 as reported_skilled_share
{{ from_in_force('wtg', 'stichtag', 'personal') }}
