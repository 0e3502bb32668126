select
    surveys.reference_date,
    surveys.region_code,
    names.region_name,
    names.region_level,
    surveys.measure_code,
    trends.label_de as measure_label,
    surveys.observed_persons,
    surveys.expected_persons,
    surveys.observed_to_expected,
    surveys.population_date,
    'recipients / recipients at the rates by age of the newest survey' as method,
    case
        when extract(year from surveys.population_date) <> extract(year from surveys.reference_date)
            then 'population of ' || cast(surveys.population_date as varchar)
    end as caveat,
    surveys.source_sha256,
    surveys.published_at,
    surveys.recorded_at
from {{ ref('int_care_trend__by_survey') }} as surveys
inner join {{ ref('care_trend_measure') }} as trends on surveys.measure_code = trends.measure_code
left join {{ ref('int_regions__named') }} as names on surveys.region_code = names.region_code
