{%- set counts = [
    'applications_total', 'applications_first', 'applications_follow_up', 'decisions_total',
    'decisions_refugee_and_art_16a', 'decisions_art_16a', 'decisions_subsidiary',
    'decisions_deportation_ban', 'decisions_rejected', 'decisions_otherwise_closed',
] %}

with printed as (
    select
        reference_month,
        row_label,
        row_kind,
        row_rank,
        ls_code,
        {% for measure in counts -%}
            {{ sum_of("case when measure = '" ~ measure ~ "' then value end") }} as {{ measure }},
        {% endfor -%}
        max(case when measure = 'protection_percent' then value end) as protection_percent,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at,
        max(revision) as revision
    from {{ ref('stg_bamf__report_rows') }}
    where span = 'year_to_date'
    group by reference_month, row_label, row_kind, row_rank, ls_code
)

select
    reference_month,
    row_label,
    row_kind,
    row_rank,
    ls_code,
    {% for measure in counts -%}
        {{ measure }},
    {% endfor -%}
    decisions_refugee_and_art_16a + decisions_subsidiary + decisions_deportation_ban
        as decisions_positive,
    (decisions_refugee_and_art_16a + decisions_subsidiary + decisions_deportation_ban)
    / nullif(decisions_total, 0) as protection_share,
    protection_percent / 100 as protection_share_as_printed,
    'printed overview; protection_share = (§ 3 with Art. 16a + § 4 + § 60) / decisions' as method,
    'counted from January to the month: no sum of the months as they were issued' as caveat,
    source_sha256,
    published_at,
    recorded_at,
    revision
from printed
