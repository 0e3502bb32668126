-- A total that the authority published fills a date for which there is no workbook, never one that
-- has its own. It cannot have been known before it was published or, where that day is not known,
-- before the date it speaks of.
with totals as (
    select
        *,
        cast(published_date as timestamptz) as published_at,
        cast(coalesce(published_date, reference_date) as timestamptz) as recorded_at
    from {{ ref('stg_county__published_totals') }}
    where
        region_code = county_ags
        and {{ known_by_as_of('cast(coalesce(published_date, reference_date) as timestamptz)') }}
)

select
    totals.reference_date,
    regions.region_level,
    totals.region_code,
    regions.region_name,
    totals.offer_type_code,
    totals.vacant_places,
    totals.source,
    totals.published_at,
    totals.recorded_at
from totals
inner join {{ ref('int_regions__named') }} as regions
    on totals.region_code = regions.region_code
where totals.reference_date not in (
    select offers.reference_date
    from {{ ref('stg_wtg__offers') }} as offers
)
