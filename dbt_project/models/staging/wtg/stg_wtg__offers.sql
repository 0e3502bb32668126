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
    cells.standort_id as site_id,
    cells.name as offer_name,
    cells.traeger as provider_name,
    cells.traegerart as provider_kind,
    cells.angebotsform_wtg as offer_type_code,
    cells.unterart as offer_subtype,
    cells.schwerpunkt as focus,
    cells.strasse as street,
    cells.hausnummer as house_number,
    cells.plz as postcode,
    cells.ort as place_name,
    cells.ags as municipality_code,
    cells.lat as latitude,
    cells.lon as longitude,
    cells.betrieb_ab as operating_from_date,
    cells.betrieb_bis as operating_to_date,
    cells.status as operating_status,
    cells.freigabe_status as release_status,
    cells.freigabe_am as released_date,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as known_since,
    in_force.revision
from {{ source('wtg', 'angebote') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
