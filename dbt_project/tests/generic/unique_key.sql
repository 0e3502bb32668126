{#
  The columns together name one row, and none of them is empty but those that `may_be_empty`. Lists the
  keys that do not.
#}
{% test unique_key(model, columns, may_be_empty=[]) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {% for column in columns if column not in may_be_empty -%}
            or {{ column }} is null
        {% endfor %}
{% endtest %}
