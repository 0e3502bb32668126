-- The consultant's forecast is an input of Kreishaus, typed from the paper: typed as printed.
{{ config(severity='warn') }}

select
    figures.figure_id,
    figures.row_label,
    figures.column_label,
    figures.value_as_printed,
    forecasts.balance_places
from {{ ref('published_figure') }} as figures
left join {{ ref('demand_external_forecast') }} as forecasts
    on
        figures.region_code = forecasts.region_code
        and figures.period_code = substr(cast(forecasts.issue_month as varchar), 1, 7)
        and {{ item_of('figures.item_code', 'target_year') }}
        = cast(forecasts.target_year as varchar)
where
    figures.metric_code = 'external_forecast_balance_places'
    and figures.printed_number is distinct from forecasts.balance_places
