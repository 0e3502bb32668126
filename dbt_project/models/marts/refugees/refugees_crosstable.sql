select
    cells.reference_date,
    cells.county_ags as region_code,
    cells.status_code,
    statuses.label_de as status_label,
    statuses.group_code as status_group_code,
    cells.margin,
    cells.group_code,
    groups.label_de as group_label,
    groups.sort_order,
    cells.line_number,
    cells.persons,
    cells.marker,
    'as counted by the register; sex and age are two margins and never crossed' as method,
    cells.source_sha256,
    cells.published_at,
    cells.recorded_at,
    cells.revision
from {{ ref('stg_azr__crosstable') }} as cells
left join {{ ref('residence_status') }} as statuses on cells.status_code = statuses.status_code
left join {{ ref('azr_group') }} as groups
    on
        cells.margin = groups.margin
        and cells.group_code = groups.group_code
