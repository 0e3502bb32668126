{{ config(materialized='table') }}

-- Every region key that official statistics print, with its label and whether figures stood there.
-- Not of projections: what they print of years to come says nothing about which regions there are.
{%- set models = [
    'stg_it_nrw__care_recipients', 'stg_it_nrw__care_homes', 'stg_it_nrw__population_by_age',
    'stg_it_nrw__population_municipalities', 'stg_it_nrw__population_municipalities_by_age',
] %}

{% for model in models -%}
    select
        '{{ model }}' as seen_in,
        region_code,
        trim(region_name) as region_name,
        reference_date,
        -- A dissolved region stays in the tables with "-" in every cell.
        count(case when marker is null then value end) as value_count,
        max(source_sha256) as source_sha256,
        max(recorded_at) as recorded_at
    from {{ ref(model) }}
    group by region_code, trim(region_name), reference_date
    {% if not loop.last %}union all{% endif %}
{% endfor %}
