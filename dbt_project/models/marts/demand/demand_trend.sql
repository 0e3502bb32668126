{#
  The yearly change of a rate as the surveys give it: a straight line through the logarithms of
  observed / expected (ordinary least squares). Beside it what the scenarios of the current set assume.
#}
with fitted as (
    select
        region_code,
        measure_code,
        max(rates_of_care_kind_code) as rates_of_care_kind_code,
        count(*) as surveys_count,
        min(reference_date) as first_survey_date,
        max(reference_date) as last_survey_date,
        count(distinct population_date) as population_dates_count,
        {{ yearly_change('observed_to_expected', 'extract(year from reference_date)') }}
            as trend_share,
        {{ yearly_change('observed_persons', 'extract(year from reference_date)') }}
            as persons_trend_share,
        {{ text_list('source_sha256') }} as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from {{ ref('int_care_trend__by_survey') }}
    group by region_code, measure_code
    having count(*) > 1
),

assumed as (
    select
        kinds.care_kind_code,
        max(
            case
                when
                    scenarios.scenario = 'base'
                    then {{ demand_trend_of('kinds.care_kind_code', 'scenarios') }}
            end
        )
            as base_trend_share,
        min({{ demand_trend_of('kinds.care_kind_code', 'scenarios') }}) as lowest_trend_share,
        max({{ demand_trend_of('kinds.care_kind_code', 'scenarios') }}) as highest_trend_share
    from {{ ref('int_demand_scenarios__wide') }} as scenarios
    cross join {{ ref('care_kind') }} as kinds
    where scenarios.is_current_set
    group by kinds.care_kind_code
)

select
    fitted.region_code,
    names.region_name,
    names.region_level,
    fitted.measure_code,
    trends.label_de as measure_label,
    fitted.surveys_count,
    fitted.first_survey_date,
    fitted.last_survey_date,
    fitted.trend_share,
    fitted.persons_trend_share,
    assumed.base_trend_share as assumed_base_trend_share,
    assumed.lowest_trend_share as assumed_lowest_trend_share,
    assumed.highest_trend_share as assumed_highest_trend_share,
    fitted.trend_share between assumed.lowest_trend_share and assumed.highest_trend_share
        as is_within_assumptions,
    'least squares through ln(observed / expected) of the surveys, as change a year' as method,
    concat_ws(
        '; ',
        case
            when fitted.population_dates_count < fitted.surveys_count
                then 'population of fewer dates than surveys: ageing is in the trend'
        end,
        case when fitted.surveys_count < 3 then 'two surveys only: no scatter to judge it by' end,
        case
            when fitted.measure_code = 'permanent_inpatient'
                then 'ageing by the rates of full in-patient care, short-term guests in them'
        end
    ) as caveat,
    fitted.source_sha256,
    fitted.published_at,
    fitted.recorded_at
from fitted
inner join {{ ref('care_trend_measure') }} as trends on fitted.measure_code = trends.measure_code
inner join assumed on fitted.rates_of_care_kind_code = assumed.care_kind_code
left join {{ ref('int_regions__named') }} as names on fitted.region_code = names.region_code
