select
    cells.county_ags,
    cast(cells.plan_year as integer) as plan_year,
    cells.region_code,
    cells.places,
    cells.focus_code,
    cells.focus_de,
    cells.decided_date,
    cells.document
{{ from_in_force('county', 'lists', 'council_decisions') }}
