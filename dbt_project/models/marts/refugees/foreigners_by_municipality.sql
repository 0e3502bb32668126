{%- set sexes = ['male', 'female', 'diverse', 'unknown', 'not_stated'] %}

with regions as (
    select
        reference_date,
        region_code,
        region_level,
        max(region_name) as printed_name,
        max(case when sex_code = 'total' then persons end) as persons,
        max(case when sex_code = 'total' then marker end) as marker,
        {% for sex in sexes -%}
            max(case when sex_code = '{{ sex }}' then persons end) as {{ sex }}_persons,
        {% endfor -%}
        max(source_sha256) as source_sha256,
        max(published_at) as published_at,
        max(recorded_at) as recorded_at,
        max(revision) as revision
    from {{ ref('stg_azr__municipalities') }}
    group by reference_date, region_code, region_level
),

-- The printed total; the suite let the file in only because the municipalities make it.
county as (
    select
        reference_date,
        persons
    from regions
    where region_level = 'Kreis'
)

select
    regions.reference_date,
    regions.region_code,
    coalesce(named.region_name, regions.printed_name) as region_name,
    regions.persons,
    regions.marker,
    {% for sex in sexes -%}
        regions.{{ sex }}_persons,
    {% endfor -%}
    county.persons as county_persons,
    regions.persons / nullif(county.persons, 0) as county_share,
    'as counted by the register; county_share = persons / printed total of the county' as method,
    case
        when regions.persons is null then 'the register prints no number: it has no share'
    end as caveat,
    regions.source_sha256,
    regions.published_at,
    regions.recorded_at,
    regions.revision
from regions
left join county on regions.reference_date = county.reference_date
left join {{ ref('int_regions__named') }} as named on regions.region_code = named.region_code
where regions.region_level = 'Gemeinde'
