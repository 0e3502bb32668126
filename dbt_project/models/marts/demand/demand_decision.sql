select
    cast(decisions.plan_year as integer) as plan_year,
    decisions.region_code,
    regions.region_name,
    regions.region_level,
    decisions.focus_code,
    decisions.focus_de as focus_label,
    decisions.places,
    decisions.decided_date,
    decisions.document as source_document,
    'as decided; a year without a decision for new places is a row with 0 places' as method
from {{ ref('stg_county__council_decisions') }} as decisions
left join {{ ref('dim_region') }} as regions on decisions.region_code = regions.region_code
