with seen as (
    select * from {{ ref('int_regions__seen') }}
),

newest_names as (
    select
        region_code,
        region_name,
        source_sha256,
        recorded_at,
        row_number() over (
            partition by region_code
            order by reference_date desc, seen_in desc, region_name asc
        ) as place_from_newest
    from seen
),

last_dates as (
    select
        seen_in,
        max(reference_date) as last_date
    from seen
    where value_count > 0
    group by seen_in
),

validity as (
    select
        seen.region_code,
        min(seen.reference_date) as valid_from,
        max(seen.reference_date) as last_seen_date,
        max(case when seen.reference_date = last_dates.last_date then 1 else 0 end) as is_current
    from seen
    inner join last_dates on seen.seen_in = last_dates.seen_in
    where seen.value_count > 0
    group by seen.region_code
),

-- Keys that only the county's own files know still need a row, or their facts had no region.
all_codes as (
    select region_code from seen
    union
    select county_ags as region_code from {{ ref('int_counties__own') }}
    union
    select municipality_code as region_code from {{ ref('stg_wtg__offers') }}
    union
    select municipality_code as region_code from {{ ref('stg_wtg__projects') }}
    union
    select municipality_code as region_code from {{ ref('stg_wtg__support_offers') }}
    union
    select region_code from {{ ref('stg_azr__municipalities') }}
)

select
    all_codes.region_code,
    newest_names.region_name,
    case length(all_codes.region_code)
        when 2 then 'Land'
        when 3 then 'Regierungsbezirk'
        when 5 then 'Kreis'
        when 8 then 'Gemeinde'
    end as region_level,
    case length(all_codes.region_code)
        when 3 then substr(all_codes.region_code, 1, 2)
        when 5
            then coalesce(districts.region_code, substr(all_codes.region_code, 1, 2))
        when 8 then substr(all_codes.region_code, 1, 5)
    end as parent_code,
    validity.valid_from,
    case when validity.is_current = 0 then validity.last_seen_date end as valid_to,
    own.county_ags is not null as is_own_county,
    validity.region_code is not null as has_figures,
    newest_names.source_sha256,
    newest_names.recorded_at,
    case
        when newest_names.region_code is null then 'key from the county''s own files'
        else 'key of official statistics'
    end as method
from all_codes
left join newest_names
    on
        all_codes.region_code = newest_names.region_code
        and newest_names.place_from_newest = 1
left join {{ ref('int_counties__own') }} as own on all_codes.region_code = own.county_ags
left join validity on all_codes.region_code = validity.region_code
left join validity as districts
    on
        substr(all_codes.region_code, 1, 3) = districts.region_code
        and length(all_codes.region_code) = 5
