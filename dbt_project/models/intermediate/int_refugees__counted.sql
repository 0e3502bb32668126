with series as (
    select
        county_ags,
        reference_date,
        status_code,
        'total' as margin,
        'total' as group_code,
        persons,
        marker,
        source_sha256,
        published_at,
        recorded_at,
        revision,
        'series' as basis
    from {{ ref('stg_azr__series') }}
),

held as (
    select distinct reference_date from series
),

-- The status groups of a date that the series does not hold (yet) come from its cross table, and
-- so does everything finer.
crosstable as (
    select
        cells.county_ags,
        cells.reference_date,
        cells.status_code,
        cells.margin,
        cells.group_code,
        cells.persons,
        cells.marker,
        cells.source_sha256,
        cells.published_at,
        cells.recorded_at,
        cells.revision,
        'crosstable' as basis
    from {{ ref('stg_azr__crosstable') }} as cells
    left join {{ ref('residence_status') }} as statuses on cells.status_code = statuses.status_code
    left join held
        on
            cells.reference_date = held.reference_date
            and cells.margin = 'total'
            and statuses.status_code = statuses.group_code
    where held.reference_date is null
),

stacked as (
    select * from series
    union all
    select * from crosstable
),

facts as (
    select
        *,
        {{ quarter_end('reference_date') }} as stands_for_date
    from stacked
),

-- Whose number is known to hold people with § 24, and how many they are, where that is printed.
kept_apart as (
    select
        breaks.status_code,
        breaks.from_date,
        cells.reference_date,
        cells.margin,
        cells.group_code,
        cells.persons
    from {{ ref('structural_break') }} as breaks
    left join {{ ref('stg_azr__crosstable') }} as cells
        on breaks.kept_apart_status_code = cells.status_code
    where breaks.kept_apart_status_code = 'humanitarian_24'
),

since as (
    select
        status_code,
        min(from_date) as from_date
    from kept_apart
    group by status_code
)

select
    facts.county_ags,
    facts.reference_date,
    facts.stands_for_date,
    facts.status_code,
    facts.margin,
    facts.group_code,
    facts.persons,
    facts.marker,
    case
        when since.from_date is null or facts.reference_date < since.from_date then facts.persons
        else facts.persons - kept_apart.persons
    end as persons_without_section_24,
    facts.basis,
    facts.source_sha256,
    facts.published_at,
    facts.recorded_at,
    facts.revision,
    -- Two dates may stand for one quarter: the later one is nearer to its end.
    row_number() over (
        partition by
            facts.status_code, facts.margin, facts.group_code, facts.stands_for_date
        order by facts.reference_date desc
    ) as place_in_quarter
from facts
left join since on facts.status_code = since.status_code
left join kept_apart
    on
        facts.status_code = kept_apart.status_code
        and facts.reference_date = kept_apart.reference_date
        and facts.margin = kept_apart.margin
        and facts.group_code = kept_apart.group_code
