select
    cells.county_ags,
    cells.example_home_code,
    cells.label_de,
    cast(cells.care_grade as integer) as care_grade,
    cells.residents_persons,
    cells.published_date,
    cells.document
{{ from_in_force('county', 'lists', 'example_homes') }}
