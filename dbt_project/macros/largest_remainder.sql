{#
  Parts of a whole that cannot be divided further, by largest remainder (Hare, Niemeyer): a query
  that gives `parts` of every row of `relation`, by `partition_by` and `key`.

  Every row gets the whole part of weight x parts / sum of weights; the parts left over go one each
  to the largest remainders. So the rows of a partition always sum to its parts.

  Ties: of equal remainders the larger weight comes first, then the smaller key. The same numbers
  are handed out in the same way at every build.

  `weight` is a column of counts, `parts` one that is the same in every row of a partition. Both are
  whole numbers, counted as such: floating point would lose a part where a remainder is nearly one.
  No row of a partition gets anything where a weight or the parts are null, or nobody is counted.
#}
{% macro largest_remainder(relation, partition_by, key, weight, parts) -%}
    select
        {{ partition_by }},
        {{ key }},
        whole + case when remainder_place <= parts - whole_sum then 1 else 0 end as parts
    from (
        select
            *,
            sum(whole) over (partition by {{ partition_by }}) as whole_sum,
            row_number() over (
                partition by {{ partition_by }}
                order by remainder desc, weight desc, {{ key }} asc
            ) as remainder_place
        from (
            select
                *,
                weight * parts // weight_sum as whole,
                weight * parts % weight_sum as remainder
            from (
                select
                    {{ partition_by }},
                    {{ key }},
                    cast({{ weight }} as hugeint) as weight,
                    cast({{ parts }} as hugeint) as parts,
                    case
                        when count(*) over in_partition = count({{ weight }}) over in_partition
                            then nullif(sum(cast({{ weight }} as hugeint)) over in_partition, 0)
                    end as weight_sum
                from {{ relation }}
                window in_partition as (partition by {{ partition_by }})
            ) as weighed
        ) as divided
    ) as placed
{%- endmacro %}
