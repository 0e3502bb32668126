-- Two tables of one statistic: where both speak of a municipality on a day, they count the same.
{{ config(severity='warn') }}

select
    by_age.reference_date,
    by_age.region_code,
    by_age.sex_code,
    by_age.value as by_age_persons,
    by_sex.value as by_sex_persons
from {{ ref('stg_it_nrw__population_municipalities_by_age') }} as by_age
inner join {{ ref('stg_it_nrw__population_municipalities') }} as by_sex
    on
        by_age.reference_date = by_sex.reference_date
        and by_age.region_code = by_sex.region_code
        and by_age.sex_code = by_sex.sex_code
where by_age.age_from is null and by_age.value <> by_sex.value
