-- The report's sentences and the HKL table of one month come from one count.
{{ config(severity='warn') }}

with hkl as (
    select
        reference_month,
        measure,
        value
    from {{ ref('stg_bamf__hkl') }}
    where row_kind = 'total'
    union all
    select
        reference_month,
        'pending_total' as measure,
        sum(value) as value
    from {{ ref('stg_bamf__hkl') }}
    where row_kind = 'total' and measure in ('pending_first', 'pending_follow_up')
    group by reference_month
)

select
    figures.reference_month,
    figures.measure,
    figures.stated_value,
    hkl.value as hkl_value
from {{ ref('stg_bamf__report_figures') }} as figures
inner join hkl
    on
        figures.reference_month = hkl.reference_month
        and figures.measure = hkl.measure
where figures.span = 'month' and figures.stated_value <> hkl.value
