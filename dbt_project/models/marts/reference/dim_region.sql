select
    region_code,
    region_name,
    region_level,
    parent_code,
    valid_from,
    valid_to,
    is_own_county,
    has_figures,
    source_sha256,
    recorded_at,
    method
from {{ ref('int_regions__named') }}
