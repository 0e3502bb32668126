{#
  One figure of each home of a relation: whose it is, where and when, its value and the most that it
  can be. `cell` names the cell of the workbook that it comes from, `about` the date on which the
  home told it.
#}
{% macro home_contribution(
    relation, measure, cell, value, most='null', about='reference_date', where='true'
) -%}
    select
        '{{ measure }}' as measure_code,
        '{{ cell }}' as cell_code,
        reference_date,
        {{ about }} as about_date,
        offer_id,
        home_id,
        operator_name,
        offer_type_code,
        municipality_code,
        cast({{ value }} as double) as value,
        cast({{ most }} as double) as most_value
    from {{ relation }}
    where {{ where }}
{%- endmacro %}
