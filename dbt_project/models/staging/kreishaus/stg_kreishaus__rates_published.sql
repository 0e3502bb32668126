-- Rates of the base year of the two forecasts that a build is compared with.
with newest as (
    select
        slot,
        max(reference_date) as reference_date
    from {{ source('kreishaus', 'rates_published') }}
    group by slot
)

select rates.*
from {{ source('kreishaus', 'rates_published') }} as rates
inner join newest
    on
        rates.slot = newest.slot
        and rates.reference_date = newest.reference_date
