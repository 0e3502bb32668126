select
    ls_code,
    row_label as country_name,
    min(reference_month) as first_seen_month,
    max(reference_month) as last_seen_month,
    max(recorded_at) as recorded_at
from {{ ref('int_hkl__pivoted') }}
where row_kind = 'country'
group by ls_code, row_label
