{%- set counts = [
    'applications_total', 'applications_first', 'decisions_total', 'decisions_positive',
    'pending_total',
] %}
{%- set measures = counts + ['protection_share'] %}

with measured as (
    {% for measure in measures -%}
        {% if not loop.first %}union all{% endif %}
        select
            reference_month,
            origin_code,
            comparison_code,
            span,
            compared_reference_month,
            '{{ measure }}' as measure,
            {% if measure == 'protection_share' -%}
                cast(null as bigint) as value_count,
                cast(null as bigint) as compared_count,
                protection_share as value_share,
                compared_protection_share as compared_share,
            {% else -%}
                {{ measure }} as value_count,
                compared_{{ measure }} as compared_count,
                cast(null as double) as value_share,
                cast(null as double) as compared_share,
            {% endif -%}
            source_sha256,
            published_at,
            recorded_at,
            revision
        from {{ ref('int_asylum__compared') }}
        {% if measure == 'pending_total' %}where span = 'month'{% endif %}
    {% endfor %}
)

select
    measured.reference_month,
    measured.origin_code,
    case
        when measured.origin_code = 'total' then 'Alle Herkunftsländer' else countries.country_name
    end as origin_label,
    measured.measure,
    measured.comparison_code,
    labels.label_de as comparison_label,
    measured.compared_reference_month,
    measured.value_count,
    measured.compared_count,
    measured.value_count - measured.compared_count as change_count,
    (measured.value_count - measured.compared_count) / nullif(measured.compared_count, 0)
        as change_share,
    measured.value_share,
    measured.compared_share,
    measured.value_share - measured.compared_share as change_of_share,
    case measured.span
        when 'month' then 'months as issued; a country that a month does not list has none in it'
        else 'sums of the months from January on, as issued; not the office''s own year to date'
    end as method,
    {{ caveats([
        "case when measured.compared_reference_month is null"
        ~ " then 'the month to compare with is missing' end",
        "case when measured.span = 'year_to_date' and measured.measure <> 'protection_share'"
        ~ " and measured.value_count is null"
        ~ " then 'a month since January is missing' end",
        "case when measured.span = 'year_to_date' and measured.measure <> 'protection_share'"
        ~ " and measured.compared_reference_month is not null and measured.compared_count is null"
        ~ " then 'a month of the year before is missing' end",
        "'the office corrects earlier months'",
    ]) }} as caveat,
    measured.source_sha256,
    measured.published_at,
    measured.recorded_at,
    measured.revision
from measured
left join {{ ref('dim_country') }} as countries on measured.origin_code = countries.ls_code
left join {{ ref('comparison') }} as labels on measured.comparison_code = labels.comparison_code
