with in_force as (
    select
        source_sha256,
        period,
        revision
    from {{ ref('int_batches__in_force') }}
    where source = 'it_nrw' and dataset = 'population_municipalities'
)

select
    cells.table_code,
    cells.reference_date,
    cells.region_code,
    cells.unit,
    cells.marker,
    cells.region_label as region_name,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.published_at,
    cells.retrieved_at as known_since,
    in_force.revision,
    {{ genesis_value('cells.value', 'cells.marker') }} as value,
    {{ sex_code('cells.sex_label') }} as sex_code
from {{ source('it_nrw', 'population_municipalities_cells') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
