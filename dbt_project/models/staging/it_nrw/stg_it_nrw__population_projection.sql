select
    cells.table_code,
    cells.reference_date,
    cells.region_code,
    cells.base_date,
    cells.variant_label,
    cells.age_label,
    cells.unit,
    cells.marker,
    cells.region_label as region_name,
    cells.source_place,
    cells.source_row,
    cells.source_sha256,
    cells.figure_origin,
    cells.published_at,
    cells.retrieved_at as recorded_at,
    in_force.revision,
    {{ genesis_value('cells.value', 'cells.marker') }} as value,
    coalesce(variants.variant_code, {{ slug('cells.variant_label') }}, 'unnamed') as variant_code,
    {{ sex_code('cells.sex_label') }} as sex_code,
    {{ age_from('cells.age_label') }} as age_from,
    {{ age_to('cells.age_label') }} as age_to
{{ from_genesis('population_projection', of_each=['base_date', 'variant_label']) }}
left join {{ ref('projection_variant') }} as variants
    on lower(cells.variant_label) = lower(variants.variant_label)
