-- Every forecast that is held against what came, whoever made it. Another one joins here, with
-- its balances by municipality and for the county.
select
    'external_consultant' as forecast_code,
    issue_month,
    region_code,
    region_name,
    region_level,
    target_year,
    balance_places,
    source_document
from {{ ref('demand_external_forecast') }}
where
    region_level in ('Kreis', 'Gemeinde')
    and region_code like {{ county_ags() }} || '%'
