{%- set names = [
    'target_occupancy', 'shrinkage_persons', 'substitution_share', 'migration_balance_persons',
    'special_need_persons', 'embedded_share', 'planned_share',
] %}

with parameters as (
    select
        parameter_set,
        scenario,
        {% for name in names -%}
            max(case when name = '{{ name }}' then value end) as {{ name }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('demand_parameter') }}
    group by parameter_set, scenario
),

-- Only the base year for now: the newest care statistics. Later years need a projection.
base as (
    select
        cast(extract(year from reference_date) as integer) as reference_year,
        *
    from {{ ref('int_care_recipients__expected') }}
    where
        reference_date = (
            select max(newest.reference_date)
            from {{ ref('int_care_recipients__expected') }} as newest
        )
),

residents as (
    select
        parameters.*,
        base.*,
        base.expected_persons / (base.expected_persons + parameters.shrinkage_persons)
            as own_weight_share
    from base
    cross join parameters
),

factors as (
    select
        *,
        own_weight_share * observed_to_expected + (1 - own_weight_share) as county_factor
    from residents
),

needs as (
    select
        *,
        expected_persons * county_factor as residents_persons,
        case
            when care_kind_code = 'full_inpatient'
                then
                    (
                        expected_persons * county_factor * (1 - substitution_share)
                        + migration_balance_persons
                        + special_need_persons
                    )
                    / target_occupancy
        end as need_places
    from factors
),

-- Projects of the supply's own list that shall open between its date and the end of the base year.
planned as (
    select
        supply.region_code,
        supply.reference_year,
        sum(projects.planned_places) as planned_places
    from {{ ref('int_supply__by_kreis') }} as supply
    inner join {{ ref('stg_wtg__projects') }} as projects
        on
            supply.supply_date = projects.reference_date
            and supply.region_code = substr(projects.municipality_code, 1, 5)
            and projects.offer_type_code = 'vollstationaer'
            and supply.supply_date < projects.expected_opening_date
            and supply.reference_year >= extract(year from projects.expected_opening_date)
    where supply.supply_basis = 'wtg'
    group by supply.region_code, supply.reference_year
),

balanced as (
    select
        needs.*,
        supply.supply_date,
        supply.supply_basis,
        supply.source_sha256 as supply_source_sha256,
        supply.published_at as supply_published_at,
        supply.known_since as supply_known_since,
        supply.contracted_places
        - supply.fixed_short_term_places
        - needs.embedded_share * supply.embedded_short_term_places
        + needs.planned_share * coalesce(planned.planned_places, 0) as supply_places
    from needs
    left join {{ ref('int_supply__by_kreis') }} as supply
        on
            needs.region_code = supply.region_code
            and needs.reference_year = supply.reference_year
            and needs.care_kind_code = 'full_inpatient'
    left join planned
        on
            supply.region_code = planned.region_code
            and supply.reference_year = planned.reference_year
)

select
    balanced.parameter_set,
    balanced.scenario,
    balanced.region_code,
    regions.region_name,
    balanced.care_kind_code,
    kinds.label_de as care_kind_label,
    balanced.reference_year,
    balanced.reference_year as base_year,
    balanced.observed_persons,
    balanced.expected_persons,
    balanced.observed_to_expected,
    balanced.own_weight_share,
    balanced.county_factor,
    balanced.residents_persons,
    balanced.need_places,
    balanced.supply_places,
    balanced.supply_places - balanced.need_places as balance_places,
    'kreis_age' as population_basis,
    balanced.population_date,
    balanced.supply_basis,
    balanced.supply_date,
    'Land rates by age x county age structure x shrunk county factor' as method,
    'rates do not tell the sexes apart'
    || case
        when extract(year from balanced.population_date) <> balanced.reference_year
            then '; population of ' || cast(balanced.population_date as varchar)
        else ''
    end
    || case
        when extract(year from balanced.supply_date) <> balanced.reference_year
            then '; supply of ' || cast(balanced.supply_date as varchar)
        else ''
    end as doubt,
    balanced.rates_source_sha256,
    balanced.recipients_source_sha256,
    balanced.population_source_sha256,
    balanced.supply_source_sha256,
    greatest(balanced.published_at, balanced.supply_published_at) as published_at,
    greatest(balanced.known_since, coalesce(balanced.supply_known_since, balanced.known_since))
        as known_since
from balanced
inner join {{ ref('care_kind') }} as kinds on balanced.care_kind_code = kinds.care_kind_code
left join {{ ref('dim_region') }} as regions on balanced.region_code = regions.region_code
