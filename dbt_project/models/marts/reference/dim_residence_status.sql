with aliases as (
    select
        status_code,
        status_label
    from {{ ref('stg_azr__crosstable') }}
    union
    select
        status_code,
        status_label
    from {{ ref('stg_azr__series') }}
),

alias_lists as (
    select
        status_code,
        string_agg(status_label, ' | ' order by status_label) as aliases
    from aliases
    group by status_code
)

select
    statuses.status_code,
    statuses.label_de as status_label,
    statuses.group_code as status_group_code,
    statuses.parent_code,
    alias_lists.aliases,
    statuses.valid_from,
    statuses.valid_to
from {{ ref('residence_status') }} as statuses
left join alias_lists on statuses.status_code = alias_lists.status_code
