-- A newer file that holds fewer reference dates takes the others out of the marts.
{{ config(severity='warn') }}
{%- set datasets = [
    'care_recipients', 'care_homes', 'care_staff', 'care_recipients_by_age', 'population_by_age',
    'population_municipalities', 'population_municipalities_by_age', 'population_projection',
] %}

{% for dataset in datasets -%}
    select distinct
        '{{ dataset }}' as dataset,
        ever.reference_date
    from {{ source('it_nrw', dataset ~ '_cells') }} as ever
    where
        {{ known_by_as_of('ever.retrieved_at', 'ever.published_at') }}
        and ever.reference_date not in (
            select today.reference_date from {{ ref('stg_it_nrw__' ~ dataset) }} as today
        )
    {% if not loop.last %}union all{% endif %}
{% endfor %}
