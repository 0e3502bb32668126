{#
  The rows of a staged table, called `cells`, but only of the files that stand for their period.
#}
{% macro from_in_force(source_name, dataset, table) -%}
from {{ source(source_name, table) }} as cells
inner join {{ ref('stg_kreishaus__batches_in_force') }} as in_force
    on
        in_force.source = '{{ source_name }}'
        and in_force.dataset = '{{ dataset }}'
        and cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
{%- endmacro %}
