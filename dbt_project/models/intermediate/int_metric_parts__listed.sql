-- What sums to what, by dimension: a whole may be divided in several ways (partition).
select
    'region' as dimension,
    region_code as whole_code,
    'municipalities' as partition_code,
    municipality_code as part_code,
    'part' as relation
from {{ ref('int_municipalities__areas') }}
where region_level = 'Kreis' and municipality_code <> region_code
union all
select
    'status' as dimension,
    parent_code as whole_code,
    'statuses' as partition_code,
    status_code as part_code,
    -- "darunter" says that the rows are only some of the row above.
    case when label_de like 'darunter %' then 'some' else 'part' end as relation
from {{ ref('residence_status') }}
where parent_code is not null
union all
select
    'group' as dimension,
    'total/total' as whole_code,
    margin as partition_code,
    margin || '/' || group_code as part_code,
    'part' as relation
from {{ ref('azr_group') }}
where margin <> 'total'
union all
select
    dimension,
    whole_code,
    partition_code,
    part_code,
    'part' as relation
from {{ ref('metric_part') }}
