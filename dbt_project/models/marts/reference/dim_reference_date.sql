{%- set dated = {
    'wtg/stichtag': 'stg_wtg__offers',
    'azr/crosstable': 'stg_azr__crosstable',
    'azr/municipalities': 'stg_azr__municipalities',
    'it_nrw/care_recipients': 'stg_it_nrw__care_recipients',
    'it_nrw/care_recipients_by_age': 'stg_it_nrw__care_recipients_by_age',
    'it_nrw/care_homes': 'stg_it_nrw__care_homes',
    'it_nrw/population_by_age': 'stg_it_nrw__population_by_age',
    'it_nrw/population_municipalities': 'stg_it_nrw__population_municipalities',
    'it_nrw/population_municipalities_by_age': 'stg_it_nrw__population_municipalities_by_age',
} %}

with dates as (
    select
        'azr/series' as dataset_id,
        reference_date,
        reference_label as printed_label
    from {{ ref('stg_azr__series') }}
    union
    -- Of a projection the day that it starts from: the years to come are of its own making.
    select
        'it_nrw/population_projection' as dataset_id,
        base_date as reference_date,
        cast(null as varchar) as printed_label
    from {{ ref('stg_it_nrw__population_projection') }}
    {% for dataset_id, model in dated.items() -%}
        union
        select
            '{{ dataset_id }}' as dataset_id,
            reference_date,
            cast(null as varchar) as printed_label
        from {{ ref(model) }}
    {% endfor %}
)

select
    dates.dataset_id,
    dates.reference_date,
    dates.printed_label,
    case
        when dates.dataset_id like 'azr/%' then {{ quarter_end('dates.reference_date') }}
        else dates.reference_date
    end as stands_for_date,
    cast(extract(year from dates.reference_date) as integer) as reference_year,
    flags.flag,
    flags.reason as flag_reason
from dates
left join {{ ref('stg_county__reference_date_flags') }} as flags
    on
        dates.dataset_id = flags.source || '/' || flags.dataset
        and dates.reference_date = flags.reference_date
