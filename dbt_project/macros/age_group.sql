{#
  Age groups of official statistics as numbers: "unter 3 Jahre" is 0 to 3, "65 bis unter 70" is
  65 to 70, "90 Jahre und mehr" and "95 und älter" have no upper end. The upper end is excluded.
  A total ("Insgesamt", "Total") has neither.
#}
{% macro age_from(label) -%}
    case
        when lower({{ label }}) like 'unter %' then 0
        else cast(nullif(regexp_extract({{ label }}, '^([0-9]+)', 1), '') as integer)
    end
{%- endmacro %}

{% macro age_to(label) -%}
    cast(nullif(regexp_extract(lower({{ label }}), 'unter ([0-9]+)', 1), '') as integer)
{%- endmacro %}
