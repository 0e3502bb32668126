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
    cells.pruefung_id as inspection_id,
    cells.pfad_id as offer_id,
    cells.datum as inspection_date,
    cells.art as inspection_kind,
    cells.geplant as is_planned,
    cells.durchgefuehrt as is_done,
    cells.nicht_durchgefuehrt_grund as not_done_reason,
    cells.maengel as deficiency_count,
    cells.beratung as led_to_advice,
    cells.anordnung as led_to_order,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as known_since,
    in_force.revision
from {{ source('wtg', 'pruefungen') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
