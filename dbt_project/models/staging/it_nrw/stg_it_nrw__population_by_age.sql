with in_force as (
    select
        source_sha256,
        period,
        revision
    from {{ ref('int_batches__in_force') }}
    where source = 'it_nrw' and dataset = 'population_by_age'
)

select
    cells.table_code,
    cells.reference_date,
    cells.region_code,
    cells.age_label,
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
    {{ sex_code('cells.sex_label') }} as sex_code,
    {{ nationality_code('cells.nationality_label') }} as nationality_code,
    {{ age_from('cells.age_label') }} as age_from,
    {{ age_to('cells.age_label') }} as age_to
from {{ source('it_nrw', 'population_by_age_cells') }} as cells
inner join in_force
    on
        cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
