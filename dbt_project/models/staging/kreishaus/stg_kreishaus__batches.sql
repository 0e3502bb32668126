select
    county_ags,
    source,
    dataset,
    period,
    source_sha256,
    label,
    published_at,
    retrieved_at,
    in_force_from,
    revision,
    figure_origin
from {{ source('kreishaus', 'batches') }}
