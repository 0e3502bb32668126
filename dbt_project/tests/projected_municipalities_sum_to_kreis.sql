-- Where a projection prints municipalities, they are their Kreis. A city inside a Kreis, which tables
-- by Kreis print besides, is no division of it: the rule is for the own county.
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
    where substr(region_code, 1, 5) = {{ county_ags() }}
    group by base_date, variant_code, reference_date, sex_code, age_label
    -- A figure that is not published would only make the sum smaller.
    having count(*) = count(value)
)

select *
from projected
where municipalities_persons <> county_persons
