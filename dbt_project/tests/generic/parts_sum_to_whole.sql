{#
  Within each group, `measures` of the rows `where_parts` sum to those of the row `where_whole`.
  A group that has a whole without parts, or parts without a whole, fails too.
#}
{% test parts_sum_to_whole(model, group_by, measures, where_whole, where_parts) %}
    with compared as (
        select
            {{ group_by | join(', ') }},
            {% for measure in measures -%}
                sum(case when {{ where_whole }} then {{ measure }} end) as {{ measure }}_whole,
                sum(case when {{ where_parts }} then {{ measure }} end) as {{ measure }}_parts
                {%- if not loop.last %},{% endif %}
            {% endfor %}
        from {{ model }}
        where ({{ where_whole }}) or ({{ where_parts }})
        group by {{ group_by | join(', ') }}
    )

    select *
    from compared
    where
        {% for measure in measures -%}
            {% if not loop.first %}or {% endif %}
            {{ measure }}_whole is distinct from {{ measure }}_parts
        {% endfor %}
{% endtest %}
