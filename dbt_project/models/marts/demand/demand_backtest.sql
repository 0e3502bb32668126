{#
  Each past forecast beside what came: the consultant's balances beside the places vacant, and this
  model, put back to an earlier survey, beside the recipients counted later.
#}
with printed as (
    select
        forecasts.forecast_code as forecast_source_code,
        forecasts.issue_month as issue_date,
        forecasts.region_level,
        forecasts.region_code,
        forecasts.region_name,
        forecasts.municipalities,
        'balance_places' as measure_code,
        forecasts.target_year,
        forecasts.observed_reference_date,
        cast(forecasts.forecast_balance_places as double) as forecast_value,
        cast(forecasts.vacant_places as double) as observed_value,
        'consultant''s balance against places vacant on a date of the year, or the next date'
            as method,
        'a vacant place is not a balance: some cannot be used, some stay free between residents'
            as caveat,
        forecasts.source_sha256,
        forecasts.published_at,
        forecasts.recorded_at
    from {{ ref('vacancy_against_forecast') }} as forecasts
    where
        forecasts.vacant_places is not null
        and (forecasts.region_level <> 'Planungseinheit' or forecasts.is_composition_of_target_year)
),

own as (
    select
        'own_model' as forecast_source_code,
        tested.base_date as issue_date,
        names.region_level,
        tested.region_code,
        names.region_name,
        cast(null as varchar) as municipalities,
        tested.care_kind_code as measure_code,
        cast(extract(year from tested.target_date) as integer) as target_year,
        tested.target_date as observed_reference_date,
        tested.forecast_persons as forecast_value,
        tested.observed_persons as observed_value,
        'rates and factors of the earlier survey x population of the later one' as method,
        case
            when extract(year from tested.population_date) <> extract(year from tested.target_date)
                then 'population of ' || cast(tested.population_date as varchar)
        end as caveat,
        tested.source_sha256,
        tested.published_at,
        tested.recorded_at
    from {{ ref('int_demand_backtest__own') }} as tested
    left join {{ ref('int_regions__named') }} as names on tested.region_code = names.region_code
),

tested as (
    select * from printed
    union all
    select * from own
)

select
    *,
    target_year - cast(extract(year from issue_date) as integer) as horizon_years,
    forecast_value - observed_value as error_value,
    abs(forecast_value - observed_value) as absolute_error_value,
    (forecast_value - observed_value) / nullif(abs(observed_value), 0) as relative_error
from tested
