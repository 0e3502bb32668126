select
    source,
    dataset,
    source_sha256,
    identity,
    seen_on,
    seen_at
from {{ source('kreishaus', 'sightings') }}
