{#
  The forecast that the present one is compared with, by the formulas of today: its own inputs, as
  they were kept, put into them. Where the present forecast is what was last published, it is the one
  before, so that a change stays in sight until the next one.
#}
with present as (
    select *
    from {{ ref('demand_forecast') }}
    where is_current_set and care_kind_code = 'full_inpatient'
),

last_published as (
    select *
    from {{ ref('stg_kreishaus__forecasts_published') }}
    where slot = 'last'
),

differing as (
    select count(*) as difference_count
    from present
    full outer join last_published
        on
            present.scenario = last_published.scenario
            and present.region_level = last_published.region_level
            and present.region_code = last_published.region_code
            and present.reference_year = last_published.reference_year
    where
        present.scenario is null
        or last_published.scenario is null
        or present.parameter_fingerprint <> last_published.parameter_fingerprint
        or abs(present.residents_persons - last_published.residents_persons) > 1e-6
        or abs(present.need_places - last_published.need_places) > 1e-6
        or abs(present.supply_places - last_published.supply_places) > 1e-6
),

earlier as (
    select forecasts.*
    from {{ ref('stg_kreishaus__forecasts_published') }} as forecasts
    inner join differing
        on
            forecasts.slot
            = case when differing.difference_count > 0 then 'last' else 'earlier' end
),

-- A forecast kept by a release that kept fewer inputs is taken as it was made.
earlier_by_factors as (
    select
        *,
        coalesce(
            {{ demand_county_factor(
                'region_level', 'observed_to_expected',
                demand_own_weight('base_expected_persons', 'shrinkage_persons')
            ) }},
            county_factor
        ) as county_factor_today,
        coalesce(
            {{ demand_trend_factor(
                'kind_trend_rate_pa', 'reference_year', 'trend_until_year', 'base_year'
            ) }},
            trend_factor
        ) as trend_factor_today
    from earlier
)

select
    *,
    {{ demand_need(
        'coalesce('
        ~ demand_residents('expected_persons', 'county_factor_today', 'trend_factor_today')
        ~ ', residents_persons)',
        '(migration_balance_persons + special_need_persons)',
        'earlier_by_factors'
    ) }} as need_after_formula,
    coalesce(
        {{ demand_supply('earlier_by_factors', 'earlier_by_factors') }},
        earlier_by_factors.supply_places
    ) as supply_after_formula
from earlier_by_factors
