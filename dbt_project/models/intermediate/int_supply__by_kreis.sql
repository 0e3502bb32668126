-- Places for permanent full in-patient care: the authority's own for the county, where it has
-- reported by then; the care statistics for everybody else.
with statistics as (
    select
        cells.region_code,
        extract(year from cells.reference_date) as reference_year,
        max(cells.reference_date) as supply_date,
        max(cells.value) as permanent_places,
        max(cells.source_sha256) as source_sha256,
        max(cells.published_at) as published_at,
        max(cells.known_since) as known_since
    from {{ ref('stg_it_nrw__care_homes') }} as cells
    inner join {{ ref('it_nrw_measure') }} as measures
        on lower(cells.measure_label) = lower(measures.measure_label)
    where measures.measure_code = 'permanent_places' and length(cells.region_code) = 5
    group by cells.region_code, extract(year from cells.reference_date)
    having max(cells.value) is not null
),

authority as (
    select
        reference_date as supply_date,
        sum(contracted_places) as contracted_places,
        sum(fixed_short_term_places) as fixed_short_term_places,
        sum(embedded_short_term_places) as embedded_short_term_places,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(known_since) as known_since
    from {{ ref('int_offers__measured') }}
    where offer_type_code = 'vollstationaer'
    group by reference_date
    having sum(contracted_places) is not null
),

years as (
    select distinct extract(year from reference_date) as reference_year
    from {{ ref('int_care_recipients__expected') }}
),

authority_by_year as (
    select
        years.reference_year,
        max(authority.supply_date) as supply_date
    from years
    inner join authority on extract(year from authority.supply_date) <= years.reference_year
    group by years.reference_year
)

select
    {{ county_ags() }} as region_code,
    authority_by_year.reference_year,
    authority.supply_date,
    'wtg' as supply_basis,
    authority.contracted_places,
    coalesce(authority.fixed_short_term_places, 0) as fixed_short_term_places,
    coalesce(authority.embedded_short_term_places, 0) as embedded_short_term_places,
    authority.source_sha256,
    authority.published_at,
    authority.known_since
from authority_by_year
inner join authority on authority_by_year.supply_date = authority.supply_date
union all
select
    statistics.region_code,
    statistics.reference_year,
    statistics.supply_date,
    'care_statistics' as supply_basis,
    cast(statistics.permanent_places as bigint) as contracted_places,
    0 as fixed_short_term_places,
    0 as embedded_short_term_places,
    statistics.source_sha256,
    statistics.published_at,
    statistics.known_since
from statistics
where
    statistics.region_code <> {{ county_ags() }}
    or statistics.reference_year not in (
        select authority_by_year.reference_year from authority_by_year
    )
