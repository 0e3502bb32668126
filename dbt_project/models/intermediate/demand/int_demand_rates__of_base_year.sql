-- The Land's rates of the base year, beside those of the forecasts that a build is compared with.
with base as (
    select max(base_date) as base_date
    from {{ ref('int_demand_years__listed') }}
)

select
    rates.*,
    {% for slot in ['last', 'earlier'] -%}
        {{ slot }}_rates.recipients_share as {{ slot }}_recipients_share
        {%- if not loop.last %},{% endif %}
    {% endfor %}
from {{ ref('int_care_rates__by_band') }} as rates
inner join base on rates.reference_date = base.base_date
{% for slot in ['last', 'earlier'] -%}
    left join {{ ref('stg_kreishaus__rates_published') }} as {{ slot }}_rates
        on
            {{ slot }}_rates.slot = '{{ slot }}'
            and rates.land_code = {{ slot }}_rates.region_code
            and rates.care_kind_code = {{ slot }}_rates.care_kind_code
            and rates.sex_code = {{ slot }}_rates.sex_code
            and rates.age_from = {{ slot }}_rates.age_from_years
{% endfor %}
