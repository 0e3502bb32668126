-- The office corrects earlier months, so a cumulative table is not the sum of the months as issued;
-- pending procedures are those of its last month. Only where the two lie far apart is one doubtful:
-- of totals at the limit of the report's year to date. How far single countries lie apart is not
-- known; half as much again is another country or other months.
{%- set largest_share_of_total = 0.15 %}
{%- set largest_share = 0.5 %}
{%- set fewest_persons = 1000 %}

with months as (
    select
        cumulative.first_month,
        cumulative.reference_month,
        cumulative.row_kind,
        cumulative.continent,
        cumulative.ls_code,
        cumulative.row_label,
        cumulative.measure,
        cumulative.value as cumulative_persons,
        cumulative.source_sha256,
        cumulative.recorded_at,
        {{ sum_of("""
            case
                when
                    cumulative.measure not in ('pending_first', 'pending_follow_up')
                    or monthly.reference_month = cumulative.reference_month
                    then monthly.value
                else 0
            end
        """) }} as monthly_persons,
        count(*) as months
    from {{ ref('stg_bamf__hkl_cumulative') }} as cumulative
    inner join {{ ref('stg_bamf__hkl') }} as monthly
        on
            cumulative.row_kind = monthly.row_kind
            and cumulative.measure = monthly.measure
            and cumulative.first_month <= monthly.reference_month
            and cumulative.reference_month >= monthly.reference_month
            and coalesce(cumulative.ls_code, cumulative.continent, '')
            = coalesce(monthly.ls_code, monthly.continent, '')
    group by all
)

select
    first_month,
    reference_month,
    row_kind,
    continent,
    ls_code,
    row_label,
    measure,
    cumulative_persons,
    monthly_persons,
    source_sha256,
    recorded_at
from months
where
    months = date_diff('month', first_month, reference_month) + 1
    and greatest(cumulative_persons, monthly_persons) >= {{ fewest_persons }}
    and abs(cumulative_persons - monthly_persons)
    > monthly_persons
    * case when row_kind = 'total' then {{ largest_share_of_total }} else {{ largest_share }} end
