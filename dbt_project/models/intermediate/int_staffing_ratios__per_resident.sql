with stated as (
    select
        ratios.ratio_set_code,
        ratios.care_grade,
        ratios.qualification_code,
        sets.factor * coalesce(ratios.fte_per_resident, 1 / ratios.residents_per_fte)
            as fte_per_resident
    from {{ ref('staffing_ratio') }} as ratios
    inner join {{ ref('staffing_ratio_set') }} as sets
        on ratios.ratio_set_code = sets.ratio_set_code
)

select
    ratio_set_code,
    care_grade,
    qualification_code,
    fte_per_resident
from stated
union all
-- A set that tells qualifications apart has their sum as its total.
select
    ratio_set_code,
    care_grade,
    'total' as qualification_code,
    {{ steady_sum('fte_per_resident') }} as fte_per_resident
from stated
group by ratio_set_code, care_grade
having max(case when qualification_code = 'total' then 1 else 0 end) = 0
union all
-- A set without qualifications asks for no skilled staff of its own: what is there, and the minimum
-- of the law, stand beside it all the same.
select
    ratio_set_code,
    care_grade,
    'skilled' as qualification_code,
    cast(null as double) as fte_per_resident
from stated
group by ratio_set_code, care_grade
having max(case when qualification_code = 'skilled' then 1 else 0 end) = 0
