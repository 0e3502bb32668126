select
    cells.county_ags,
    cells.reference_date,
    cells.region_code,
    cells.offer_type_code,
    cells.vacant_places,
    cells.published_date,
    cells.source
{{ from_in_force('county', 'lists', 'published_totals') }}
