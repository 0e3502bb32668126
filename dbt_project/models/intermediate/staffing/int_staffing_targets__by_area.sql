-- The skilled share that the newest set of ratios with qualifications makes of the residents' care
-- grades, on the last date of a year that tells them. Grain: region x year.
with newest_set as (
    select
        sets.ratio_set_code,
        row_number() over (order by sets.valid_from desc, sets.ratio_set_code asc)
            as place_from_newest
    from {{ ref('staffing_ratio_set') }} as sets
    where
        sets.ratio_set_code in (
            select ratios.ratio_set_code
            from {{ ref('staffing_ratio') }} as ratios
            where ratios.qualification_code = 'skilled'
        )
),

targets as (
    select
        needs.region_level,
        needs.region_code,
        needs.reference_date,
        needs.ratio_set_code,
        cast(extract(year from needs.reference_date) as integer) as reference_year,
        max(case when needs.qualification_code = 'skilled' then needs.required_fte end)
        / nullif(max(case when needs.qualification_code = 'total' then needs.required_fte end), 0)
            as skilled_share,
        row_number() over (
            partition by
                needs.region_level, needs.region_code, extract(year from needs.reference_date)
            order by needs.reference_date desc
        ) as place_from_newest
    from {{ ref('int_staffing_needs__by_area') }} as needs
    inner join newest_set
        on
            needs.ratio_set_code = newest_set.ratio_set_code
            and newest_set.place_from_newest = 1
    group by
        needs.region_level, needs.region_code, needs.reference_date, needs.ratio_set_code
)

select
    region_level,
    region_code,
    reference_year,
    reference_date,
    ratio_set_code,
    skilled_share
from targets
where place_from_newest = 1
