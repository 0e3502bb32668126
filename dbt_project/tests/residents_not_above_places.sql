-- Two tables of one survey: nobody lives in a place that is not there.
{{ config(severity='warn') }}

select
    reference_year,
    region_code,
    region_name,
    full_inpatient_persons,
    places
from {{ ref('care_statistics_by_kreis') }}
where full_inpatient_persons > places
