select
    figures.issue_month,
    figures.region_code,
    regions.region_name,
    regions.region_level,
    cast(figures.target_year as integer) as target_year,
    figures.balance_places,
    figures.document as source_document,
    'as printed' as method
from {{ ref('demand_external_forecast_figures') }} as figures
left join {{ ref('dim_region') }} as regions on figures.region_code = regions.region_code
