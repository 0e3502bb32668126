-- A variant that the seed does not know keeps its own words as a code; parameters that name a
-- variant do not find it.
{{ config(severity='warn') }}

select distinct
    projection.base_date,
    projection.variant_label,
    projection.variant_code
from {{ ref('stg_it_nrw__population_projection') }} as projection
left join {{ ref('projection_variant') }} as variants
    on lower(projection.variant_label) = lower(variants.variant_label)
where variants.variant_code is null
