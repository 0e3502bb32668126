{# The sum of counts is a count: some engines widen it to a type that no reader expects. #}
{% macro sum_of(expression) -%}
    cast(sum({{ expression }}) as bigint)
{%- endmacro %}

{#
  A sum of fractions that is the same at every build: floating-point numbers summed in another
  order differ in their last digit, decimals do not. Twelve decimals are kept.
#}
{% macro steady_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(38, 12))) as double)
{%- endmacro %}
