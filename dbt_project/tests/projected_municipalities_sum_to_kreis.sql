-- Where a projection prints the county's municipalities, they are the county. Not for all Kreise: a
-- city inside one, which tables by Kreis print besides, is no division of it.
{{ config(severity='warn') }}

with projected as (
    select
        base_date,
        variant_code,
        reference_date,
        sex_code,
        age_label,
        sum(case when length(region_code) = 8 then value end) as municipalities_persons,
        sum(case when length(region_code) = 5 then value end) as county_persons
    from {{ ref('stg_it_nrw__population_projection') }}
    where
        substr(region_code, 1, 5) in (
            select own.county_ags from {{ ref('int_counties__own') }} as own
        )
    group by substr(region_code, 1, 5), base_date, variant_code, reference_date, sex_code, age_label
    -- A figure that is not published would only make the sum smaller.
    having count(*) = count(value)
)

select *
from projected
where municipalities_persons <> county_persons
