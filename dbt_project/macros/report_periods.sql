{#
  The authority reports on one year, and on two years together, of which both must have figures.
  `years` names a relation with one row per reference_year.
#}
{% macro report_periods(years) -%}
    select
        reference_year as from_year,
        reference_year as to_year
    from {{ years }}
    union all
    select
        earlier.reference_year as from_year,
        later.reference_year as to_year
    from {{ years }} as later
    inner join {{ years }} as earlier on later.reference_year = earlier.reference_year + 1
{%- endmacro %}

{# The period of the same length that ends where `period` begins. #}
{% macro is_period_before(before, period) -%}
    {{ before }}.to_year = {{ period }}.from_year - 1
    and {{ before }}.to_year - {{ before }}.from_year = {{ period }}.to_year - {{ period }}.from_year
{%- endmacro %}
