select
    cells.county_ags,
    cells.issue_month,
    cells.document,
    cells.region_code,
    cast(cells.target_year as integer) as target_year,
    cells.balance_places
{{ from_in_force('county', 'lists', 'external_forecasts') }}
