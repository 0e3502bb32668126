{#
  Within each group, `part` sums to `whole` exactly, or is empty in every row: what is handed out is
  all there is, no more and no less.
#}
{% test sums_to_whole(model, group_by, part, whole) %}
    select
        {{ group_by | join(', ') }},
        sum({{ part }}) as handed_out,
        max({{ whole }}) as whole,
        count(*) - count({{ part }}) as empty_count
    from {{ model }}
    group by {{ group_by | join(', ') }}
    having sum({{ part }}) <> max({{ whole }}) or count({{ part }}) not in (0, count(*))
{% endtest %}
