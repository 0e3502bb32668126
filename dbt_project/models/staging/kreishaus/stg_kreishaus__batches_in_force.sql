{{ config(materialized='table') }}

select *
from {{ ref('stg_kreishaus__batches') }}
where
    {{ known_by_as_of('in_force_from', 'published_at') }}
    -- What stood in the county's lists before they came is not known: the first stands for it.
    or (source = 'county' and revision = 1)
qualify row_number() over (partition by source, dataset, period order by revision desc) = 1
