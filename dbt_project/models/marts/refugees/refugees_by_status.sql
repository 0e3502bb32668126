with series as (
    select
        reference_date,
        status_code,
        persons,
        marker,
        source_sha256,
        published_at,
        known_since,
        revision,
        'series' as basis
    from {{ ref('stg_azr__series') }}
),

-- A date that the series does not hold (yet) comes from its cross table.
crosstable as (
    select
        cells.reference_date,
        cells.status_code,
        cells.persons,
        cells.marker,
        cells.source_sha256,
        cells.published_at,
        cells.known_since,
        cells.revision,
        'crosstable' as basis
    from {{ ref('stg_azr__crosstable') }} as cells
    inner join {{ ref('residence_status') }} as statuses
        on
            cells.status_code = statuses.status_code
            and statuses.status_code = statuses.group_code
    where
        cells.margin = 'total'
        and cells.reference_date not in (select series.reference_date from series)
),

facts as (
    select * from series
    union all
    select * from crosstable
),

dated as (
    select
        facts.*,
        dates.stands_for_date
    from facts
    inner join {{ ref('dim_reference_date') }} as dates
        on
            facts.reference_date = dates.reference_date
            and dates.dataset_id = 'azr/' || facts.basis
),

totals as (
    select
        reference_date,
        persons
    from dated
    where status_code = 'total'
),

compared as (
    select
        *,
        lag(reference_date) over date_order as previous_reference_date,
        lag(persons) over date_order as previous_persons,
        first_value(reference_date) over date_order as first_reference_date,
        first_value(persons) over date_order as first_persons
    from dated
    window date_order as (partition by status_code order by reference_date)
)

select
    compared.reference_date,
    {{ county_ags() }} as region_code,
    compared.status_code as status_group_code,
    statuses.label_de as status_group_label,
    compared.persons,
    compared.marker,
    -- Family permits are counted beside the total, not in it.
    case
        when compared.status_code <> 'family' then compared.persons / nullif(totals.persons, 0)
    end as total_share,
    compared.previous_reference_date,
    compared.persons - compared.previous_persons as change_to_previous_persons,
    year_before.reference_date as year_before_reference_date,
    compared.persons - year_before.persons as change_to_year_before_persons,
    compared.first_reference_date,
    compared.persons - compared.first_persons as change_to_first_persons,
    compared.stands_for_date,
    compared.basis,
    'as counted by the register; changes between true dates' as method,
    case
        when compared.stands_for_date <> compared.reference_date
            then 'no data for the end of the quarter: another date stands in'
    end as doubt,
    compared.source_sha256,
    compared.published_at,
    compared.known_since,
    compared.revision
from compared
left join {{ ref('residence_status') }} as statuses on compared.status_code = statuses.status_code
left join totals on compared.reference_date = totals.reference_date
left join dated as year_before
    on
        compared.status_code = year_before.status_code
        and extract(year from compared.stands_for_date)
        = extract(year from year_before.stands_for_date) + 1
        and extract(month from compared.stands_for_date)
        = extract(month from year_before.stands_for_date)
