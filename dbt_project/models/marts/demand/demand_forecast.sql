{%- set parts = [
    'contracted_places', 'fixed_short_term_places', 'embedded_short_term_places',
    'planned_places', 'decided_places', 'under_construction_places', 'closed_places',
    'unusable_places',
] %}

-- Both speak of full in-patient care only. Said as a column: a condition on residents alone would
-- make the join compare every row with every other.
with local_needs as (
    select
        *,
        'full_inpatient' as care_kind_code
    from {{ ref('int_demand_local_need__by_region') }}
),

supply as (
    select
        *,
        'full_inpatient' as care_kind_code
    from {{ ref('int_demand_supply__by_region') }}
),

needs as (
    select
        residents.*,
        coalesce(local_needs.migration_balance_persons, 0) as migration_balance_persons,
        coalesce(local_needs.special_need_persons, 0) as special_need_persons
    from {{ ref('int_demand_residents__by_scenario') }} as residents
    left join local_needs
        on
            residents.parameter_set = local_needs.parameter_set
            and residents.scenario = local_needs.scenario
            and residents.region_level = local_needs.region_level
            and residents.region_code = local_needs.region_code
            and residents.reference_year = local_needs.reference_year
            and residents.care_kind_code = local_needs.care_kind_code
),

balanced as (
    select
        needs.*,
        supply.supply_date,
        supply.projects_date,
        supply.supply_basis,
        {% for part in parts -%}
            supply.{{ part }},
        {% endfor -%}
        supply.source_sha256 as supply_source_sha256,
        supply.published_at as supply_published_at,
        supply.recorded_at as supply_recorded_at,
        case
            when needs.care_kind_code = 'full_inpatient'
                then
                    {{ demand_need(
                        'needs.residents_persons',
                        '(needs.migration_balance_persons + needs.special_need_persons)',
                        'needs'
                    ) }}
        end as need_places,
        {{ demand_supply('supply', 'needs') }} as supply_places
    from needs
    left join supply
        on
            needs.region_level = supply.region_level
            and needs.region_code = supply.region_code
            and needs.reference_year = supply.reference_year
            and needs.opening_delay_years = supply.opening_delay_years
            and needs.care_kind_code = supply.care_kind_code
)

select
    balanced.parameter_set,
    balanced.scenario,
    balanced.scenario_label,
    balanced.is_current_set,
    balanced.parameter_fingerprint,
    balanced.region_level,
    balanced.region_code,
    regions.region_name,
    balanced.rates_region_code,
    balanced.care_kind_code,
    kinds.label_de as care_kind_label,
    balanced.reference_year,
    balanced.base_year,
    balanced.population_variant_code,
    case when balanced.region_level = 'Kreis' then balanced.observed_persons end
        as observed_persons,
    balanced.population_80_plus_persons,
    balanced.expected_persons,
    balanced.base_expected_persons,
    balanced.observed_to_expected,
    balanced.own_weight_share,
    balanced.county_factor,
    balanced.kind_trend_rate_pa,
    balanced.trend_factor,
    balanced.residents_persons,
    {{ poisson_low('balanced.residents_persons') }} as residents_low_persons,
    {{ poisson_high('balanced.residents_persons') }} as residents_high_persons,
    balanced.migration_balance_persons,
    balanced.special_need_persons,
    balanced.need_places,
    {% for part in parts -%}
        balanced.{{ part }},
    {% endfor -%}
    balanced.supply_places,
    balanced.supply_places - balanced.permanently_unusable_share * balanced.unusable_places
        as supply_usable_places,
    balanced.supply_places - balanced.need_places as balance_places,
    balanced.supply_places
    - balanced.permanently_unusable_share * balanced.unusable_places
    - balanced.need_places as balance_usable_places,
    {% for name in demand_parameter_names() if not name.startswith('trend_rate_pa') -%}
        balanced.{{ name }},
    {% endfor -%}
    balanced.population_basis,
    balanced.population_source,
    balanced.population_date,
    balanced.shares_date as municipality_population_date,
    balanced.supply_basis,
    balanced.supply_date,
    'Land rates by age'
    || case when balanced.rates_by_sex then ' and sex' else '' end
    || ' x population of the year x shrunk county factor x trend' as method,
    concat_ws(
        '; ',
        case when not balanced.rates_by_sex then 'rates do not tell the sexes apart' end,
        case
            when
                balanced.population_source = 'counted'
                and extract(year from balanced.population_date) <> balanced.reference_year
                then 'population of ' || cast(balanced.population_date as varchar)
        end,
        case
            when balanced.population_source = 'projected'
                then 'population is projected (' || balanced.population_variant_code || ')'
        end,
        case
            when balanced.population_basis = 'county_age_structure'
                then 'age structure of the county'
            when balanced.population_basis = 'municipality_age'
                then '65 to 75, and 75 and older, split as in the county'
        end,
        case
            when balanced.region_level in ('Gemeinde', 'Planungseinheit')
                then 'rates of the county'
        end,
        case
            when extract(year from balanced.supply_date) <> balanced.reference_year
                then 'supply of ' || cast(balanced.supply_date as varchar)
        end
    ) as caveat,
    balanced.rates_source_sha256,
    balanced.recipients_source_sha256,
    balanced.population_source_sha256,
    balanced.shares_source_sha256 as municipality_population_source_sha256,
    balanced.supply_source_sha256,
    greatest(balanced.published_at, balanced.factors_published_at, balanced.supply_published_at)
        as published_at,
    greatest(balanced.recorded_at, balanced.factors_recorded_at, balanced.supply_recorded_at)
        as recorded_at
from balanced
inner join {{ ref('care_kind') }} as kinds on balanced.care_kind_code = kinds.care_kind_code
left join {{ ref('int_regions__with_units') }} as regions
    on
        balanced.region_level = regions.region_level
        and balanced.region_code = regions.region_code
