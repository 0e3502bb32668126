select
    rates.reference_date,
    rates.land_code as region_code,
    rates.care_kind_code,
    kinds.label_de as care_kind_label,
    rates.sex_code,
    rates.age_from as age_from_years,
    rates.age_to as age_to_years,
    cast(rates.recipients_persons as bigint) as recipients_persons,
    cast(rates.population_persons as bigint) as population_persons,
    rates.population_date,
    rates.recipients_share,
    'recipients of the Land / population of the Land on the date nearest to the survey' as method,
    concat_ws(
        '; ',
        case when rates.sex_code = 'total' then 'the sexes are not told apart' end,
        case
            when extract(year from rates.population_date) <> extract(year from rates.reference_date)
                then 'population of another year'
        end
    ) as caveat,
    rates.source_sha256,
    rates.published_at,
    rates.recorded_at
from {{ ref('int_care_rates__by_band') }} as rates
inner join {{ ref('care_kind') }} as kinds on rates.care_kind_code = kinds.care_kind_code
