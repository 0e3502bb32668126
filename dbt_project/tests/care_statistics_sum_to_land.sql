-- Where the Land's figure is published, the figures of its Kreise sum to it, exactly.
with sums as (
    select
        reference_year,
        substr(region_code, 1, 2) as land_code,
        sum(recipients_persons) as recipients_persons,
        sum(full_inpatient_persons) as full_inpatient_persons,
        sum(allowance_persons) as allowance_persons,
        sum(home_care_persons) as home_care_persons,
        sum(places) as places
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
