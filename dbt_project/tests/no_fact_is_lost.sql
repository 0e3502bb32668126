-- An offer, project or support offer of a municipality outside the county would fall out of every
-- region, the county too.
with facts as (
    select distinct
        'offer' as fact_kind,
        reference_date,
        municipality_code
    from {{ ref('int_offers__measured') }}
    union all
    select distinct
        'project' as fact_kind,
        reference_date,
        municipality_code
    from {{ ref('stg_wtg__projects') }}
    union all
    select distinct
        'support offer' as fact_kind,
        reference_date,
        municipality_code
    from {{ ref('stg_wtg__support_offers') }}
)

select facts.*
from facts
left join {{ ref('int_municipalities__areas') }} as areas
    on
        facts.municipality_code = areas.municipality_code
        and areas.region_level = 'Kreis'
where areas.region_code is null
