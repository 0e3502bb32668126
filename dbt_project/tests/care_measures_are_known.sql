-- A measure that the list of wordings does not know would be missing from the marts.
{{ config(severity='warn') }}

with labels as (
    select measure_label from {{ ref('stg_it_nrw__care_recipients') }}
    union
    select measure_label from {{ ref('stg_it_nrw__care_homes') }}
    union
    select measure_label from {{ ref('stg_it_nrw__care_recipients_by_age') }}
)

select labels.measure_label
from labels
left join {{ ref('it_nrw_measure') }} as measures
    on lower(labels.measure_label) = lower(measures.measure_label)
where measures.measure_code is null
