-- Where the figures of the Land and of all its Kreise are published, they sum to it, exactly.
{%- set measures = [
    'recipients_persons', 'full_inpatient_persons', 'allowance_persons', 'home_care_persons',
    'places',
] %}

with sums as (
    select
        {% for measure in measures -%}
            -- Of a sum without the Kreise that are not published nothing can be said.
            case when count(*) = count({{ measure }}) then sum({{ measure }}) end as {{ measure }},
        {% endfor -%}
        reference_year,
        substr(region_code, 1, 2) as land_code
    from {{ ref('care_statistics_by_kreis') }}
    where region_level = 'Kreis'
    group by reference_year, substr(region_code, 1, 2)
)

select land.*
from {{ ref('care_statistics_by_kreis') }} as land
inner join sums
    on
        land.reference_year = sums.reference_year
        and land.region_code = sums.land_code
where
    land.recipients_persons <> sums.recipients_persons
    or land.full_inpatient_persons <> sums.full_inpatient_persons
    or land.allowance_persons <> sums.allowance_persons
    or land.home_care_persons <> sums.home_care_persons
    or land.places <> sums.places
