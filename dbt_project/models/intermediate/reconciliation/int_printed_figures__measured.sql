-- Printed figures of which the metric and the number are known: among these identities are looked
-- for. Grain: a printed figure.
select
    figure_id,
    table_code,
    metric_code,
    region_code,
    period_code,
    item_code
from {{ ref('published_figure') }}
where metric_code is not null and printed_number is not null
