-- The base year is that of the newest care statistics.
with base as (
    select
        max(reference_date) as base_date,
        cast(extract(year from max(reference_date)) as integer) as base_year
    from {{ ref('int_care_recipients__expected') }}
),

years as (
    select
        base.base_date,
        base.base_year,
        case
            when targets.kind = 'after_base' then base.base_year + targets.value
            when targets.kind = 'year' then targets.value
        end as reference_year
    from base
    cross join {{ ref('stg_county__target_years') }} as targets
    union all
    select
        base_date,
        base_year,
        cast({{ years_between('base_year', every_year_until()) }} as integer) as reference_year
    from base
)

select distinct
    base_date,
    base_year,
    reference_year
from years
where reference_year >= base_year
