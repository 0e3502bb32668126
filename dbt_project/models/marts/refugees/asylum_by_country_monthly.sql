with countries as (
    select *
    from {{ ref('int_hkl__pivoted') }}
    where row_kind = 'country'
)

select
    countries.reference_month,
    countries.ls_code,
    newest.country_name,
    countries.row_label as printed_name,
    countries.continent,
    countries.applications_total,
    countries.applications_first,
    countries.applications_follow_up,
    countries.decisions_total,
    countries.decisions_art_16a,
    countries.decisions_refugee,
    countries.decisions_subsidiary,
    countries.decisions_deportation_ban,
    countries.decisions_rejected,
    countries.decisions_otherwise_closed,
    countries.decisions_positive,
    countries.decisions_positive / nullif(countries.decisions_total, 0) as protection_share,
    countries.pending_first,
    countries.pending_follow_up,
    countries.pending_total,
    'printed row; protection_share = (Art. 16a + § 3 + § 4 + § 60) / decisions' as method,
    countries.source_sha256,
    countries.published_at,
    countries.recorded_at,
    countries.revision
from countries
inner join {{ ref('dim_country') }} as newest on countries.ls_code = newest.ls_code
