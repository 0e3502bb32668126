select *
from {{ source('kreishaus', 'forecasts_published') }}
where is_current_set and care_kind_code = 'full_inpatient'
