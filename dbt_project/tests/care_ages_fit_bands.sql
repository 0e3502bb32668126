-- An age group that lies across two bands would drop out of the rates without a word.
with groups as (
    select distinct
        age_label,
        age_from,
        age_to
    from {{ ref('stg_it_nrw__care_recipients_by_age') }}
    where age_from is not null
    union
    select distinct
        age_label,
        age_from,
        age_to
    from {{ ref('stg_it_nrw__population_by_age') }}
    where age_from is not null
)

select groups.*
from groups
left join {{ ref('care_age_band') }} as bands
    on
        groups.age_from >= bands.age_from
        and (bands.age_to is null or groups.age_to <= bands.age_to)
where bands.age_from is null
