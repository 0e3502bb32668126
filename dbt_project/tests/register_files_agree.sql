-- Series and cross table of one date come from one register: they hold the same persons.
{{ config(severity='warn') }}

select
    series.reference_date,
    series.status_code,
    series.persons as series_persons,
    cells.persons as crosstable_persons
from {{ ref('stg_azr__series') }} as series
inner join {{ ref('stg_azr__crosstable') }} as cells
    on
        series.reference_date = cells.reference_date
        and series.status_code = cells.status_code
        and cells.margin = 'total'
where series.persons <> cells.persons
