-- Parts without any printed total: was its row left out, or its label not understood? Without it
-- nothing says that the parts are all there.
{{ config(severity='warn') }}

select
    document,
    place,
    metric_label,
    period_code,
    computed_number,
    figures_printed
from {{ ref('reconciliation_identity') }}
where verdict = 'total_missing'
