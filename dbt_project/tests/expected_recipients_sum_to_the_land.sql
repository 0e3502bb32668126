{#
  Rates are Land recipients by Land population, so that what they give for every Kreis sums to the
  recipients of the Land, in the base year with the population that the rates are from.
#}
with kreise as (
    select
        reference_date,
        care_kind_code,
        substr(region_code, 1, 2) as land_code,
        sum(expected_persons) as expected_persons
    from {{ ref('int_care_recipients__expected') }}
    where
        reference_date = (
            select max(newest.reference_date)
            from {{ ref('int_care_recipients__expected') }} as newest
        )
    group by reference_date, care_kind_code, substr(region_code, 1, 2)
),

land as (
    select
        reference_date,
        land_code,
        care_kind_code,
        sum(recipients_persons) as recipients_persons
    from {{ ref('int_care_rates__by_band') }}
    group by reference_date, land_code, care_kind_code
)

select
    land.*,
    kreise.expected_persons
from land
inner join kreise
    on
        land.reference_date = kreise.reference_date
        and land.land_code = kreise.land_code
        and land.care_kind_code = kreise.care_kind_code
where abs(kreise.expected_persons - land.recipients_persons) > 1e-6
