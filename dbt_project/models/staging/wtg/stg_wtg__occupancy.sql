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
    cells.pfad_id as offer_id,
    cells.plaetze_vertrag as contracted_places,
    cells.davon_kzp_eingestreut as embedded_short_term_places,
    cells.davon_kzp_fixflex as fixed_short_term_places,
    cells.davon_sonderbereich as special_unit_places,
    cells.plaetze_belegt as occupied_places,
    cells.plaetze_nicht_belegt as vacant_places,
    cells.davon_nicht_belegbar as unusable_places,
    cells.grund as unusable_reason,
    cells.plaetze_frei_gemeldet as reported_free_places,
    cells.ueberbelegung_genehmigt as overoccupancy_approved,
    cells.einzelzimmer as single_rooms,
    cells.doppelzimmer as double_rooms,
    cells.gemeldet_am as reported_date,
    cells.quelle as reported_through,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as known_since,
    in_force.revision
from {{ source('wtg', 'belegung') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
