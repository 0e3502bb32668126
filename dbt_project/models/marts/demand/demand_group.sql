select
    group_code,
    label_de as group_label,
    is_included,
    where_counted,
    reason,
    source as source_document
from {{ ref('demand_care_group') }}
