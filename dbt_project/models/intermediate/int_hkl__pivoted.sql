{{ config(materialized='table') }}

{%- set measures = [
    'applications_total', 'applications_first', 'applications_follow_up', 'decisions_total',
    'decisions_art_16a', 'decisions_refugee', 'decisions_subsidiary', 'decisions_deportation_ban',
    'decisions_rejected', 'decisions_otherwise_closed', 'pending_first', 'pending_follow_up',
] %}

with pivoted as (
    select
        reference_month,
        row_kind,
        continent,
        ls_code,
        {% for measure in measures -%}
            {{ sum_of("case when measure = '" ~ measure ~ "' then value end") }} as {{ measure }},
        {% endfor -%}
        max(row_label) as row_label,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at,
        max(revision) as revision
    from {{ ref('stg_bamf__hkl') }}
    group by reference_month, row_kind, continent, ls_code
)

select
    *,
    decisions_art_16a + decisions_refugee + decisions_subsidiary + decisions_deportation_ban
        as decisions_positive,
    pending_first + pending_follow_up as pending_total
from pivoted
