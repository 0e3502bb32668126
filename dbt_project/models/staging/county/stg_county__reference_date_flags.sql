select
    cells.county_ags,
    cells.source,
    cells.dataset,
    cells.reference_date,
    cells.flag,
    cells.reason,
    cells.left_out_of_average,
    cells.document
{{ from_in_force('county', 'lists', 'reference_date_flags') }}
