{#
  Printed words as a code: "Niedrige Lebenserwartung (G2)" is niedrige_lebenserwartung_g2. Spark
  replaces every match by itself, DuckDB only with 'g'.
#}
{% macro slug(words) -%}
    trim(
        regexp_replace(
            replace(
                replace(replace(replace(lower({{ words }}), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'),
                'ß', 'ss'
            ),
            '[^a-z0-9]+', '_'{{ ", 'g'" if target.type == 'duckdb' }}
        ),
        '_'
    )
{%- endmacro %}
