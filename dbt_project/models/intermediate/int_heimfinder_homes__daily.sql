-- Per home, and so internal. A home whose municipality is not known counts in the county only.
with municipalities as (
    select
        regions.region_code,
        own.county_ags,
        {{ plain_place('regions.region_name') }} as plain_name
    from {{ ref('int_regions__named') }} as regions
    inner join {{ ref('int_counties__own') }} as own on regions.parent_code = own.county_ags
    where regions.region_level = 'Gemeinde'
),

homes as (
    select
        days.reference_date,
        days.recorded_at,
        homes.county_ags,
        homes.home_id,
        homes.municipality_name,
        homes.municipality_code as stated_code,
        {{ plain_place('homes.municipality_name') }} as plain_name,
        homes.places,
        homes.reported_free_places,
        homes.reported_free_long_term_places,
        homes.reported_free_short_term_places,
        homes.source_sha256,
        homes.published_at
    from {{ ref('int_heimfinder_days__observed') }} as days
    inner join {{ ref('stg_wtg__heimfinder_homes') }} as homes
        on days.source_sha256 = homes.source_sha256
),

-- By its key; without one by its name, of which a quarter's is the longer: "Neuss-Norf".
placed as (
    select
        homes.*,
        municipalities.region_code as municipality_code,
        row_number() over (
            partition by homes.reference_date, homes.home_id
            order by length(municipalities.plain_name) desc nulls last
        ) as place_from_longest
    from homes
    left join municipalities
        on
            homes.county_ags = municipalities.county_ags
            and (
                homes.stated_code = municipalities.region_code
                or (
                    homes.stated_code is null
                    and starts_with(homes.plain_name, municipalities.plain_name)
                    and substr(homes.plain_name, length(municipalities.plain_name) + 1, 1)
                    in ('', ' ', '-', '(', '/')
                )
            )
)

select
    county_ags,
    reference_date,
    home_id,
    municipality_name,
    municipality_code,
    places,
    reported_free_places,
    reported_free_long_term_places,
    reported_free_short_term_places,
    source_sha256,
    published_at,
    recorded_at
from placed
where place_from_longest = 1
