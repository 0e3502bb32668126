{%- set measures = [
    'applications_total', 'applications_first', 'decisions_total', 'decisions_positive',
    'pending_total',
] %}

with months as (
    select
        *,
        cast(last_day(reference_month) as date) as last_date
    from {{ ref('asylum_national_monthly') }}
),

prospects as (
    select
        countries.ls_code,
        countries.prospects_set,
        countries.valid_from,
        countries.valid_to,
        countries.source,
        coalesce(named.country_name, countries.ls_code) as country_name
    from {{ ref('good_prospects') }} as countries
    left join {{ ref('dim_country') }} as named on countries.ls_code = named.ls_code
),

-- The set of the first of the month counts. It is never carried over to a time that no source
-- states.
members as (
    select
        months.reference_month,
        prospects.prospects_set,
        prospects.ls_code,
        prospects.country_name,
        prospects.source
    from months
    inner join prospects
        on
            months.reference_month >= coalesce(prospects.valid_from, months.reference_month)
            and months.reference_month <= coalesce(prospects.valid_to, months.reference_month)
),

summed as (
    select
        members.reference_month,
        members.prospects_set,
        count(*) as countries_count,
        {{ text_list('members.ls_code') }} as ls_codes,
        {{ text_list('members.country_name') }} as country_names,
        {{ text_list('members.source') }} as set_source,
        {{ text_list('case when printed.ls_code is null then members.country_name end') }}
            as unlisted_names,
        {% for measure in measures -%}
            {{ sum_of(
                'case when printed.ls_code is null then 0 else printed.' ~ measure ~ ' end'
            ) }} as {{ measure }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from members
    left join {{ ref('asylum_by_country_monthly') }} as printed
        on
            members.reference_month = printed.reference_month
            and members.ls_code = printed.ls_code
    group by members.reference_month, members.prospects_set
),

changes as (
    select
        months.reference_month,
        prospects.prospects_set,
        min(
            case
                when
                    prospects.valid_from > months.reference_month
                    and prospects.valid_from <= months.last_date
                    then prospects.valid_from
                when
                    prospects.valid_to >= months.reference_month
                    and prospects.valid_to < months.last_date
                    then prospects.valid_to
            end
        ) as change_date
    from months
    cross join prospects
    group by months.reference_month, prospects.prospects_set
)

select
    months.reference_month,
    sets.prospects_set,
    sets.label_de as prospects_set_label,
    summed.reference_month is not null as is_stated,
    summed.countries_count,
    summed.ls_codes,
    summed.country_names,
    changes.change_date is not null as changes_within_month,
    {% for measure in measures -%}
        summed.{{ measure }},
    {% endfor -%}
    summed.decisions_positive / nullif(summed.decisions_total, 0) as protection_share,
    summed.applications_total / nullif(months.applications_total, 0) as applications_total_share,
    summed.applications_first / nullif(months.applications_first, 0) as applications_first_share,
    summed.decisions_total / nullif(months.decisions_total, 0) as decisions_total_share,
    summed.pending_total / nullif(months.pending_total, 0) as pending_total_share,
    summed.set_source,
    'sum over the countries in the set on the first of the month; share of all countries' as method,
    {{ caveats([
        "case when summed.reference_month is null"
        ~ " then 'no source states which countries were in the set' end",
        "case when changes.change_date is not null then 'the set changes within the month, at '"
        ~ " || cast(changes.change_date as varchar) || ': that of the first of the month counts' end",
        "'not listed in the month, so with none: ' || summed.unlisted_names",
    ]) }} as caveat,
    months.source_sha256,
    months.published_at,
    months.recorded_at,
    months.revision
from months
cross join {{ ref('prospects_set') }} as sets
left join summed
    on
        months.reference_month = summed.reference_month
        and sets.prospects_set = summed.prospects_set
left join changes
    on
        months.reference_month = changes.reference_month
        and sets.prospects_set = changes.prospects_set
