-- Which printed figures take part in which identity. Found by rules of the catalogue alone: nobody
-- says which table is wrong.
select
    identity_id,
    identity_kind,
    figure_id,
    figure_role,
    metric_code,
    dimension,
    partition_code,
    parts_expected_count
from {{ ref('int_identity_figures__by_dimension') }}
union all
select
    identity_id,
    identity_kind,
    figure_id,
    figure_role,
    metric_code,
    dimension,
    partition_code,
    parts_expected_count
from {{ ref('int_identity_figures__between_metrics') }}
union all
select
    identity_id,
    identity_kind,
    figure_id,
    figure_role,
    metric_code,
    dimension,
    partition_code,
    parts_expected_count
from {{ ref('int_identity_figures__printed_twice') }}
