{%- set parts = demand_supply_parts() %}

select
    places.parameter_set,
    places.scenario,
    places.scenario_label,
    places.is_current_set,
    places.parameter_fingerprint,
    places.region_level,
    places.region_code,
    regions.region_name,
    places.rates_region_code,
    places.care_kind_code,
    kinds.label_de as care_kind_label,
    places.reference_year,
    places.base_year,
    places.population_variant_code,
    case when places.region_level = 'Kreis' then places.observed_persons end
        as observed_persons,
    places.population_80_plus_persons,
    places.expected_persons,
    places.base_expected_persons,
    places.observed_to_expected,
    places.own_weight_share,
    places.county_factor,
    places.kind_trend_rate_pa,
    places.trend_factor,
    places.residents_persons,
    {{ poisson_low('places.residents_persons') }} as residents_low_persons,
    {{ poisson_high('places.residents_persons') }} as residents_high_persons,
    places.migration_balance_persons,
    places.special_need_persons,
    places.need_places,
    {% for part in parts -%}
        places.{{ part }},
    {% endfor -%}
    places.supply_places,
    places.supply_places - places.permanently_unusable_share * places.unusable_places
        as supply_usable_places,
    places.supply_places - places.need_places as balance_places,
    places.supply_places
    - places.permanently_unusable_share * places.unusable_places
    - places.need_places as balance_usable_places,
    {% for name in demand_parameter_names() if not name.startswith('trend_rate_pa') -%}
        places.{{ name }},
    {% endfor -%}
    places.population_basis,
    places.population_source,
    places.population_date,
    places.shares_date as municipality_population_date,
    places.supply_basis,
    places.supply_date,
    'Land rates by age'
    || case when places.rates_by_sex then ' and sex' else '' end
    || ' x population of the year x shrunk county factor x trend' as method,
    concat_ws(
        '; ',
        case when not places.rates_by_sex then 'rates do not tell the sexes apart' end,
        case
            when
                places.population_source = 'counted'
                and extract(year from places.population_date) <> places.reference_year
                then 'population of ' || cast(places.population_date as varchar)
        end,
        case
            when places.population_source = 'projected'
                then 'population is projected (' || places.population_variant_code || ')'
        end,
        case
            when places.population_basis = 'county_age_structure'
                then 'age structure of the county'
            when places.population_basis = 'municipality_age'
                then '65 to 75, and 75 and older, split as in the county'
        end,
        case
            when places.region_level in ('Gemeinde', 'Planungseinheit')
                then 'rates of the county'
        end,
        case
            when extract(year from places.supply_date) <> places.reference_year
                then 'supply of ' || cast(places.supply_date as varchar)
        end
    ) as caveat,
    places.rates_source_sha256,
    places.recipients_source_sha256,
    places.population_source_sha256,
    places.shares_source_sha256 as municipality_population_source_sha256,
    places.supply_source_sha256,
    greatest(places.published_at, places.factors_published_at, places.supply_published_at)
        as published_at,
    greatest(places.recorded_at, places.factors_recorded_at, places.supply_recorded_at)
        as recorded_at
from {{ ref('int_demand_places__by_scenario') }} as places
inner join {{ ref('care_kind') }} as kinds on places.care_kind_code = kinds.care_kind_code
left join {{ ref('int_regions__with_units') }} as regions
    on
        places.region_level = regions.region_level
        and places.region_code = regions.region_code
