{{ config(materialized='table') }}
-- Every printed figure beside the mart's value, with a verdict. Where the two do not differ, the
-- verdict has its reason here; why others differ is asked by int_printed_figures__explained.
with values_by_rank as (
    select
        metric_code,
        region_code,
        period_code,
        item_code,
        rank() over (
            partition by metric_code, region_code, period_code
            order by value desc
        ) as place_from_strongest
    from {{ ref('metric_value') }}
    where
        metric_code in (
            select listed.metric_code from {{ ref('metric') }} as listed
            where listed.prints_ten_strongest
        )
),

periods as (
    select distinct
        metric_code,
        period_code
    from {{ ref('metric_value') }}
),

paired as (
    select
        figures.*,
        metrics.absent_is_zero,
        metrics.prints_ten_strongest,
        metrics.carried_from,
        metrics.dataset_id,
        coalesce(tolerances.printed_factor, 1) as printed_factor,
        coalesce(tolerances.rounding_units, 0) as rounding_units,
        coalesce(tolerances.truncation_units, 0) as truncation_units,
        power(10, -coalesce(figures.decimals_count, 0)) as unit,
        mart_values.metric_code is not null as has_row,
        periods.metric_code is not null as has_period,
        mart_values.value_column as mart_column,
        mart_values.source_sha256 as mart_source_sha256,
        mart_values.recorded_at as mart_recorded_at,
        case
            when mart_values.metric_code is not null then mart_values.value
            when metrics.absent_is_zero and periods.metric_code is not null then 0
        end as mart_value,
        values_by_rank.place_from_strongest
    from {{ ref('published_figure') }} as figures
    left join {{ ref('metric') }} as metrics on figures.metric_code = metrics.metric_code
    left join {{ ref('reconciliation_tolerance') }} as tolerances on metrics.kind = tolerances.kind
    left join {{ ref('metric_value') }} as mart_values
        on
            figures.metric_code = mart_values.metric_code
            and figures.region_code = mart_values.region_code
            and figures.period_code = mart_values.period_code
            and figures.item_code = mart_values.item_code
    left join periods
        on
            figures.metric_code = periods.metric_code
            and figures.period_code = periods.period_code
    left join values_by_rank
        on
            figures.metric_code = values_by_rank.metric_code
            and figures.region_code = values_by_rank.region_code
            and figures.period_code = values_by_rank.period_code
            and figures.item_code = values_by_rank.item_code
),

scaled as (
    select
        *,
        mart_value * printed_factor as mart_number,
        printed_number - mart_value * printed_factor as printed_difference
    from paired
),

judged as (
    select
        *,
        case
            when printed_number is null and (value_as_printed = '' or marker is not null)
                then 'not_printed'
            when printed_number is null or not is_understood or metric_code is null or mart is null
                then 'not_derivable'
            when mart_value is null then 'source_missing'
            when abs(printed_difference) < 1e-7 then 'equal'
            when abs(printed_difference) <= rounding_units * unit + 1e-7 then 'rounded'
            when -printed_difference > 0 and -printed_difference < truncation_units * unit
                then 'rounded'
            else 'differs'
        end as verdict,
        abs(printed_difference) <= rounding_units * unit + 1e-7 as is_rounded,
        cast(cast(round(abs(printed_number) / unit) as bigint) as varchar) as printed_digits,
        cast(cast(round(abs(mart_number) / unit) as bigint) as varchar) as mart_digits
    from scaled
)

select
    *,
    case verdict
        when 'rounded' then case when is_rounded then 'rounding' else 'truncated' end
        when 'not_printed'
            then case
                when prints_ten_strongest and place_from_strongest > 10 then 'not_in_top_ten'
                else 'empty_cell'
            end
        when 'not_derivable'
            then case
                when printed_number is null or not is_understood then 'not_understood'
                when metric_code is null then 'no_metric'
                when carried_from is not null then 'carried_over'
                else 'no_mart'
            end
        when 'source_missing'
            then case when has_period then 'no_such_row' else 'no_data_for_period' end
    end as verdict_reason_code
from judged
