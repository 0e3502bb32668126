select
    forecast_source_code,
    measure_code,
    region_level,
    horizon_years,
    count(*) as comparisons_count,
    min(issue_date) as first_issue_date,
    max(observed_reference_date) as last_observed_date,
    {{ steady_sum('error_value') }} / count(*) as bias_value,
    {{ steady_sum('absolute_error_value') }} / count(*) as mean_absolute_error_value,
    'bias: mean of forecast - observed; beside it the mean of its absolute value' as method,
    case
        when count(*) < 5 then 'fewer than five comparisons'
    end as caveat,
    {{ text_list('source_sha256') }} as source_sha256,
    max(published_at) as published_at,
    max(recorded_at) as recorded_at
from {{ ref('demand_backtest') }}
-- In public an observed value may be hidden.
where error_value is not null
group by forecast_source_code, measure_code, region_level, horizon_years
