{#
  A number of a GENESIS table. "-" is the statistics' way to print nothing at all, so it counts
  as zero; every other marker (secret, later, unreliable, blocked) stays null. The marker is kept.
#}
{% macro genesis_value(value, marker) -%}
    case when {{ marker }} = '-' then 0 else {{ value }} end
{%- endmacro %}

{# male, female or total. "Total" and "Insgesamt" are both printed, an unused dimension is null. #}
{% macro sex_code(label) -%}
    case lower({{ label }})
        when 'männlich' then 'male'
        when 'weiblich' then 'female'
        else 'total'
    end
{%- endmacro %}

{% macro nationality_code(label) -%}
    case
        when lower({{ label }}) like 'deutsch%' then 'german'
        when lower({{ label }}) like 'ausländ%' then 'foreign'
        else 'total'
    end
{%- endmacro %}

{#
  The counts of a GENESIS table, called `cells`, of the files in force: a table may print shares
  beside them. Germany's own row (DG) is left out: the models tell a level by the length of its key.
  Each reference date is from one file only, the newest that holds it: a file of one
  date and one of the whole history stand for different periods, so that both are in force.
  `of_each` are further columns, each value of which has reference dates of its own; they may be
  empty.
#}
{% macro from_genesis(dataset, of_each=[]) -%}
{%- set told_apart_by = ['reference_date'] + of_each -%}
from {{ source('it_nrw', dataset ~ '_cells') }} as cells
inner join
    (
        select
            holding.source_sha256,
            holding.period,
            {%- for column in told_apart_by %}
            holding.{{ column }},
            {%- endfor %}
            files.revision,
            row_number() over (
                partition by holding.{{ told_apart_by | join(', holding.') }}
                order by files.in_force_from desc, files.retrieved_at desc, files.source_sha256 desc
            ) as place_from_newest
        from (
            select distinct source_sha256, period, {{ told_apart_by | join(', ') }}
            from {{ source('it_nrw', dataset ~ '_cells') }}
        ) as holding
        inner join {{ ref('stg_kreishaus__batches_in_force') }} as files
            on
                files.source = 'it_nrw'
                and files.dataset = '{{ dataset }}'
                and holding.source_sha256 = files.source_sha256
                and holding.period = files.period
    ) as in_force
    on
        in_force.place_from_newest = 1
        and cells.source_sha256 = in_force.source_sha256
        and cells.period = in_force.period
        and cells.reference_date = in_force.reference_date
        {%- for column in of_each %}
        and cells.{{ column }} is not distinct from in_force.{{ column }}
        {%- endfor %}
        and cells.unit = 'Anzahl'
        and cells.region_code <> 'DG'
{%- endmacro %}
