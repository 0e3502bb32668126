{{ config(materialized='table') }}

-- Whose files this database holds: each home of files belongs to a county.
select distinct county_ags
from {{ ref('stg_kreishaus__batches') }}
