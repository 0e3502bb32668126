select
    offer_type_code,
    label_de as offer_type_label,
    inspection_area_code,
    inspection_area_label_de as inspection_area_label,
    counts_as_home
from {{ ref('offer_type') }}
