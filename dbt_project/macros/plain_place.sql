{#
  The name of a place as it is compared: "41460 Neuss, Stadt" and "NEUSS" are both "neuss". Umlauts
  are written out.
#}
{% macro plain_place(name) -%}
    trim(
        regexp_replace(
            replace(
                replace(
                    replace(replace(lower(split_part({{ name }}, ',', 1)), 'ä', 'ae'), 'ö', 'oe'),
                    'ü', 'ue'
                ),
                'ß', 'ss'
            ),
            '^ *[0-9]{5} +', ''
        )
    )
{%- endmacro %}
