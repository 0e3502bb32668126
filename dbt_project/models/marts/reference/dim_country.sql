with countries as (
    select
        *,
        row_number() over (partition by ls_code order by reference_month desc) as place_from_newest
    from {{ ref('int_hkl__pivoted') }}
    where row_kind = 'country'
),

seen as (
    select
        ls_code,
        count(distinct row_label) as name_count,
        min(reference_month) as first_seen_month,
        max(reference_month) as last_seen_month
    from countries
    group by ls_code
)

select
    countries.ls_code,
    countries.row_label as country_name,
    countries.continent,
    seen.name_count,
    seen.first_seen_month,
    seen.last_seen_month,
    countries.source_sha256,
    countries.recorded_at,
    'name and continent of the newest month' as method
from countries
inner join seen on countries.ls_code = seen.ls_code
where countries.place_from_newest = 1
