{%- set reasons = ['staff', 'voluntary_stop', 'ordered_stop', 'rebuilding', 'infection', 'other'] %}

with measured as (
    select
        reference_date,
        region_level,
        region_code,
        offer_type_code,
        max(region_name) as region_name,
        count(*) as offers_count,
        count(vacant_places) as offers_reported_count,
        {{ text_list('municipality_code') }} as municipalities,
        {{ sum_of('case when vacant_places is not null then contracted_places end') }} as places,
        {{ sum_of('occupied_places') }} as occupied_places,
        {{ sum_of('vacant_places') }} as vacant_places,
        {{ sum_of('unusable_places') }} as unusable_places,
        {% for reason in reasons -%}
            cast(
                sum(
                    case
                        when unusable_reason_code = '{{ reason }}' then unusable_places
                        when unusable_places is not null then 0
                    end
                ) as bigint
            ) as unusable_{{ reason }}_places,
        {% endfor -%}
        {{ sum_of('reported_free_places') }} as reported_free_places,
        min(case when vacant_places is not null then reported_date end) as oldest_reported_date,
        max(case when vacant_places is not null then reported_date end) as newest_reported_date,
        'offer_level' as basis,
        'sum over the offers in operation on the reference date' as method,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at,
        max(revision) as revision
    from {{ ref('int_offers__by_area') }}
    group by reference_date, region_level, region_code, offer_type_code
    having count(vacant_places) > 0
),

listed as (
    select * from measured
    union all
    select
        reference_date,
        region_level,
        region_code,
        offer_type_code,
        region_name,
        cast(null as bigint) as offers_count,
        cast(null as bigint) as offers_reported_count,
        cast(null as varchar) as municipalities,
        cast(null as bigint) as places,
        cast(null as bigint) as occupied_places,
        vacant_places,
        cast(null as bigint) as unusable_places,
        {% for reason in reasons -%}
            cast(null as bigint) as unusable_{{ reason }}_places,
        {% endfor -%}
        cast(null as bigint) as reported_free_places,
        cast(null as date) as oldest_reported_date,
        cast(null as date) as newest_reported_date,
        'published_total' as basis,
        'total as the authority published it: ' || source as method,
        cast(null as varchar) as source_sha256,
        published_at,
        recorded_at,
        cast(null as bigint) as revision
    from {{ ref('int_vacancy__published_totals') }}
),

compared as (
    select
        *,
        lag(reference_date) over date_order as previous_reference_date,
        lag(vacant_places) over date_order as previous_vacant_places,
        lag(municipalities) over date_order as previous_municipalities
    from listed
    window
        date_order as (
            partition by region_level, region_code, offer_type_code
            order by reference_date
        )
)

select
    compared.reference_date,
    compared.region_level,
    compared.region_code,
    compared.region_name,
    compared.offer_type_code,
    compared.municipalities,
    compared.offers_count,
    compared.offers_reported_count,
    compared.places,
    compared.occupied_places,
    compared.vacant_places,
    compared.unusable_places,
    {% for reason in reasons -%}
        compared.unusable_{{ reason }}_places,
    {% endfor -%}
    compared.reported_free_places,
    compared.vacant_places / nullif(compared.places, 0) as vacancy_share,
    compared.occupied_places / nullif(compared.places, 0) as occupancy_share,
    compared.previous_reference_date,
    case
        when
            compared.region_level <> 'Planungseinheit'
            or compared.previous_municipalities = compared.municipalities
            then compared.vacant_places - compared.previous_vacant_places
    end as change_to_previous_places,
    case
        when
            compared.region_level <> 'Planungseinheit'
            or year_before.municipalities = compared.municipalities
            then compared.vacant_places - year_before.vacant_places
    end as change_to_year_before_places,
    flags.flag,
    flags.reason as flag_reason,
    coalesce(flags.left_out_of_average, false) as left_out_of_average,
    compared.oldest_reported_date,
    compared.newest_reported_date,
    compared.basis,
    compared.method,
    case
        when compared.basis = 'published_total'
            then 'a total without its offers: no reasons, no places, no municipalities'
        when compared.offers_reported_count < compared.offers_count
            then 'some offers did not report: their places are left out'
    end as caveat,
    compared.source_sha256,
    compared.published_at,
    compared.recorded_at,
    compared.revision
from compared
left join listed as year_before
    on
        compared.region_level = year_before.region_level
        and compared.region_code = year_before.region_code
        and compared.offer_type_code = year_before.offer_type_code
        and extract(year from compared.reference_date)
        = extract(year from year_before.reference_date) + 1
        and extract(month from compared.reference_date)
        = extract(month from year_before.reference_date)
        and extract(day from compared.reference_date) = extract(day from year_before.reference_date)
left join {{ ref('stg_county__reference_date_flags') }} as flags
    on
        compared.reference_date = flags.reference_date
        and flags.source = 'wtg'
        and flags.dataset = 'stichtag'
