{%- set kinds = ['free', 'free_long_term', 'free_short_term'] %}

with homes as (
    select
        areas.region_level,
        areas.region_code,
        areas.region_name,
        homes.*
    from {{ ref('int_heimfinder_homes__daily') }} as homes
    inner join {{ ref('int_municipalities__areas') }} as areas
        on
            coalesce(homes.municipality_code, homes.county_ags) = areas.municipality_code
            and coalesce(homes.reference_date >= areas.valid_from, true)
            and coalesce(homes.reference_date <= areas.valid_to, true)
),

counted as (
    select
        reference_date,
        region_level,
        region_code,
        max(region_name) as region_name,
        count(*) as homes_listed_count,
        count(
            coalesce(
                {% for kind in kinds -%}
                    reported_{{ kind }}_places{% if not loop.last %}, {% endif %}
                {%- endfor %}
            )
        ) as homes_reporting_count,
        {{ sum_of('places') }} as places,
        {% for kind in kinds -%}
            {{ sum_of('reported_' ~ kind ~ '_places') }} as reported_{{ kind }}_places,
            count(reported_{{ kind }}_places) as homes_reporting_{{ kind }}_count,
        {% endfor -%}
        count(*) - count(municipality_code) as homes_without_municipality_count,
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at
    from homes
    group by reference_date, region_level, region_code
),

compared as (
    select
        *,
        lag(homes_listed_count) over (
            partition by region_level, region_code
            order by reference_date
        ) as previously_listed_count
    from counted
)

select
    reference_date,
    region_level,
    region_code,
    region_name,
    homes_listed_count,
    homes_reporting_count,
    places,
    {% for kind in kinds -%}
        reported_{{ kind }}_places,
        homes_reporting_{{ kind }}_count,
    {% endfor -%}
    homes_without_municipality_count,
    'home_level' as basis,
    'sum of what the homes of the county report of themselves, as last seen on the day' as method,
    nullif(
        concat_ws(
            '; ',
            case
                when homes_reporting_count < homes_listed_count
                    then 'some homes report nothing: what is free there is not known'
            end,
            case
                when homes_without_municipality_count > 0
                    then 'some homes name no known municipality: they are in no row but this'
            end,
            case
                when homes_listed_count < 0.8 * previously_listed_count
                    then 'far fewer homes are listed than on the day observed before'
            end
        ),
        ''
    ) as caveat,
    source_sha256,
    published_at,
    recorded_at
from compared
