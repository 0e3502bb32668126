{#
  What the county states of single regions, by year. What is stated of a whole county is spread over
  its municipalities by their residents, so that the county stays their sum; planning units sum
  their municipalities.
#}
{%- set kinds = ['migration_balance', 'special_need'] %}

with stated as (
    select
        needs.parameter_set,
        needs.region_code,
        years.reference_year,
        {% for kind in kinds -%}
            sum(case when needs.kind = '{{ kind }}' then needs.persons else 0 end)
                as {{ kind }}_persons
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('stg_county__local_need') }} as needs
    inner join {{ ref('int_demand_years__listed') }} as years
        on
            coalesce(needs.from_year <= years.reference_year, true)
            and coalesce(needs.to_year >= years.reference_year, true)
    group by needs.parameter_set, needs.region_code, years.reference_year
),

residents as (
    select
        parameter_set,
        scenario,
        region_level,
        region_code,
        rates_region_code,
        reference_year,
        residents_persons
        / sum(residents_persons) over (
            partition by parameter_set, scenario, region_level, rates_region_code, reference_year
        ) as residents_share
    from {{ ref('int_demand_residents__by_scenario') }}
    where
        care_kind_code = 'full_inpatient'
        and region_level in ('Kreis', 'Gemeinde')
        -- Most counties state nothing: their shares need not be known.
        and rates_region_code in (select substr(stated.region_code, 1, 5) from stated)
),

counties as (
    select
        residents.parameter_set,
        residents.scenario,
        residents.region_level,
        residents.region_code,
        residents.reference_year,
        {% for kind in kinds -%}
            sum(stated.{{ kind }}_persons) as {{ kind }}_persons
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from residents
    inner join stated
        on
            residents.parameter_set = stated.parameter_set
            and residents.region_code = substr(stated.region_code, 1, 5)
            and residents.reference_year = stated.reference_year
    where residents.region_level = 'Kreis'
    group by
        residents.parameter_set,
        residents.scenario,
        residents.region_level,
        residents.region_code,
        residents.reference_year
),

municipalities as (
    select
        residents.parameter_set,
        residents.scenario,
        residents.region_level,
        residents.region_code,
        residents.reference_year,
        {% for kind in kinds -%}
            coalesce(own.{{ kind }}_persons, 0)
            + coalesce(county.{{ kind }}_persons, 0) * residents.residents_share
                as {{ kind }}_persons
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from residents
    left join stated as own
        on
            residents.parameter_set = own.parameter_set
            and residents.region_code = own.region_code
            and residents.reference_year = own.reference_year
    left join stated as county
        on
            residents.parameter_set = county.parameter_set
            and residents.rates_region_code = county.region_code
            and residents.reference_year = county.reference_year
    where
        residents.region_level = 'Gemeinde'
        and (own.region_code is not null or county.region_code is not null)
),

units as (
    select
        municipalities.parameter_set,
        municipalities.scenario,
        'Planungseinheit' as region_level,
        units.unit_code as region_code,
        municipalities.reference_year,
        {% for kind in kinds -%}
            sum(municipalities.{{ kind }}_persons) as {{ kind }}_persons
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from municipalities
    inner join {{ ref('int_planning_units__listed') }} as units
        on
            municipalities.region_code = units.municipality_code
            and make_date(municipalities.reference_year, 12, 31)
            between coalesce(units.valid_from, cast('0001-01-01' as date))
            and coalesce(units.valid_to, cast('9999-12-31' as date))
    group by
        municipalities.parameter_set,
        municipalities.scenario,
        units.unit_code,
        municipalities.reference_year
)

select * from counties
union all
select * from municipalities
union all
select * from units
