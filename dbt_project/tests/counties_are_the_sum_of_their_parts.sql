{#
  By construction; a figure that broke it would be a municipality or a unit counted twice or not at
  all. Only the own county has planning units. A part in a million allows for floating point.
#}
with parts as (
    select
        parameter_set,
        scenario,
        care_kind_code,
        reference_year,
        rates_region_code,
        region_level,
        sum(residents_persons) as residents_persons,
        sum(need_places) as need_places
    from {{ ref('demand_forecast') }}
    where region_level in ('Gemeinde', 'Planungseinheit')
    group by
        parameter_set, scenario, care_kind_code, reference_year, rates_region_code, region_level
)

select
    parts.*,
    county.residents_persons as county_residents_persons,
    county.need_places as county_need_places
from parts
inner join {{ ref('demand_forecast') }} as county
    on
        parts.parameter_set = county.parameter_set
        and parts.scenario = county.scenario
        and parts.care_kind_code = county.care_kind_code
        and parts.reference_year = county.reference_year
        and parts.rates_region_code = county.region_code
        and county.region_level = 'Kreis'
where
    abs(parts.residents_persons - county.residents_persons) > 1e-6 * county.residents_persons
    or abs(parts.need_places - county.need_places) > 1e-6 * county.need_places
