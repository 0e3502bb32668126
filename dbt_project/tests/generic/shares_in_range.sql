{# A share is a fraction from 0 to 1, or null where it cannot be computed; never a percentage. #}
{% test shares_in_range(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where
        {% for column in columns -%}
            {% if not loop.first %}or {% endif %}not coalesce({{ column }} between 0 and 1, true)
        {% endfor %}
{% endtest %}
