-- Where the Land's figure and those of all its Kreise are published, they sum to it, exactly.
{%- set measures = [
    'recipients_persons', 'full_inpatient_persons', 'allowance_persons', 'home_care_persons',
    'places',
] %}

with sums as (
    select
        reference_year,
        substr(region_code, 1, 2) as land_code,
        {% for measure in measures -%}
            case when count({{ measure }}) = count(*) then sum({{ measure }}) end as {{ measure }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('care_statistics_by_kreis') }}
    where region_level = 'Kreis'
    group by reference_year, substr(region_code, 1, 2)
)

select land.*
from {{ ref('care_statistics_by_kreis') }} as land
inner join sums
    on
        land.reference_year = sums.reference_year
        and land.region_code = sums.land_code
where
    {% for measure in measures -%}
        {% if not loop.first %}or {% endif %}land.{{ measure }} <> sums.{{ measure }}
    {% endfor %}
