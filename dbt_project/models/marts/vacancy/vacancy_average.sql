-- Only dates with a workbook enter: a total without offers is no date that the county averages.
with sums as (
    select *
    from {{ ref('vacancy_by_region') }}
    where basis = 'offer_level'
),

dated as (
    select
        'all_dates' as date_set_code,
        *
    from sums
    union all
    select
        'unflagged_dates' as date_set_code,
        *
    from sums
    where not left_out_of_average
)

select
    region_level,
    region_code,
    offer_type_code,
    date_set_code,
    max(region_name) as region_name,
    count(*) as dates_count,
    min(reference_date) as first_reference_date,
    max(reference_date) as last_reference_date,
    -- In public some dates may be hidden: a mean of the others were another figure.
    case when count(vacant_places) = count(*) then sum(vacant_places) / count(*) end
        as mean_vacant_places,
    'mean over reference dates with a workbook, each weighing the same; none is filled in, and '
    || 'totals published without offers do not enter' as method,
    {{ text_list('source_sha256') }} as source_sha256,
    max(published_at) as published_at,
    max(recorded_at) as recorded_at
from dated
-- Planning units change their members between dates: a mean over them had no meaning.
where region_level <> 'Planungseinheit'
group by region_level, region_code, offer_type_code, date_set_code
