{{ config(materialized='table') }}

{#
  Supply of permanent places by region and year: the authority's own list for the own county, its
  municipalities and planning units (as composed at the end of the year); the care statistics of the
  year, or the newest before, for every other Kreis.
#}
{%- set counts = demand_supply_parts() %}

with authority as (
    select
        areas.region_level,
        areas.region_code,
        supply.reference_year,
        supply.opening_delay_years,
        max(supply.supply_date) as supply_date,
        max(supply.projects_date) as projects_date,
        'wtg' as supply_basis,
        {% for count in counts -%}
            cast(sum(supply.{{ count }}) as bigint) as {{ count }},
        {% endfor -%}
        max(supply.source_sha256) as source_sha256,
        max(supply.published_at) as published_at,
        max(supply.recorded_at) as recorded_at
    from {{ ref('int_demand_supply__by_municipality') }} as supply
    inner join {{ ref('int_municipalities__areas') }} as areas
        on
            supply.municipality_code = areas.municipality_code
            and make_date(supply.reference_year, 12, 31)
            between coalesce(areas.valid_from, cast('0001-01-01' as date))
            and coalesce(areas.valid_to, cast('9999-12-31' as date))
    group by
        areas.region_level, areas.region_code, supply.reference_year, supply.opening_delay_years
),

statistics as (
    select
        cells.region_code,
        cells.reference_date as supply_date,
        max(cells.value) as permanent_places,
        max(cells.source_sha256) as source_sha256,
        max(cells.published_at) as published_at,
        max(cells.recorded_at) as recorded_at
    from {{ ref('stg_it_nrw__care_homes') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    where measures.measure_code = 'permanent_places' and length(cells.region_code) in (2, 5)
    group by cells.region_code, cells.reference_date
    having max(cells.value) is not null
),

statistics_by_year as (
    select
        statistics.*,
        years.reference_year,
        row_number() over (
            partition by statistics.region_code, years.reference_year
            order by statistics.supply_date desc
        ) as place_from_newest
    from statistics
    inner join {{ ref('int_demand_years__listed') }} as years
        on years.reference_year >= extract(year from statistics.supply_date)
),

delays as (
    select distinct opening_delay_years
    from {{ ref('int_demand_scenarios__wide') }}
)

select * from authority
union all
select
    case length(statistics_by_year.region_code) when 2 then 'Land' else 'Kreis' end as region_level,
    statistics_by_year.region_code,
    statistics_by_year.reference_year,
    delays.opening_delay_years,
    statistics_by_year.supply_date,
    cast(null as date) as projects_date,
    'care_statistics' as supply_basis,
    cast(statistics_by_year.permanent_places as bigint) as contracted_places,
    {% for count in counts[1:] -%}
        cast(0 as bigint) as {{ count }},
    {% endfor -%}
    statistics_by_year.source_sha256,
    statistics_by_year.published_at,
    statistics_by_year.recorded_at
from statistics_by_year
cross join delays
where
    statistics_by_year.place_from_newest = 1
    and not exists (
        select 1
        from authority
        where
            authority.region_level = 'Kreis'
            and authority.region_code = statistics_by_year.region_code
            and authority.reference_year = statistics_by_year.reference_year
    )
