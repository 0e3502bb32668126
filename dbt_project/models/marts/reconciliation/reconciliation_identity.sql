-- What printed tables must keep among themselves: parts and whole, share and its two counts, one
-- figure printed twice. Numbers are as printed (39.9 of "39,9 %").
with compared as (
    select
        *,
        case identity_kind
            when 'share' then share
            when 'printed_twice' then largest_printing
            else coalesce(own_whole, whole_elsewhere)
        end as printed_number,
        case identity_kind
            when 'share' then 100 * numerator / nullif(denominator, 0)
            when 'printed_twice' then least_printing
            when 'some_of_whole' then greatest(largest_some, some_sum)
            else parts_sum
        end as computed_number,
        case identity_kind
            -- Rounded or cut: up to one unit of its last decimal.
            when 'share' then power(10, -coalesce(share_decimals, 0))
            when 'printed_twice'
                then case
                    when metric_code in (
                        select share_metrics.metric_code
                        from {{ ref('metric') }} as share_metrics
                        where share_metrics.kind = 'share'
                    ) then power(10, -coalesce(least_decimals, 0))
                    else 0
                end
            else sum_of_half_units
        end as tolerance
    from {{ ref('int_identities__gathered') }}
),

judged as (
    select
        *,
        computed_number - printed_number as difference,
        case
            when printed_number is null or computed_number is null then 'total_missing'
            when identity_kind = 'some_of_whole' and computed_number <= printed_number then 'holds'
            when abs(computed_number - printed_number) <= tolerance + 1e-9 then 'holds'
            -- Rows that the table leaves out may make up for what is lacking, never for too much.
            when
                identity_kind = 'parts_of_whole'
                and parts_printed_count < parts_expected_count
                and computed_number < printed_number
                then 'parts_incomplete'
            else 'contradicts'
        end as verdict
    from compared
)

select
    judged.identity_id,
    judged.identity_kind,
    judged.verdict,
    judged.document,
    judged.place,
    judged.metric_code,
    metrics.label_de as metric_label,
    judged.region_code,
    judged.period_code,
    judged.reference_date,
    judged.item_code,
    judged.dimension,
    judged.partition_code,
    judged.parts_expected_count,
    judged.parts_printed_count,
    judged.printed_number,
    judged.computed_number,
    judged.difference,
    judged.tolerance,
    case
        when judged.verdict = 'total_missing' then 'no_total'
        when judged.identity_kind = 'printed_twice' then 'other_table'
        when
            judged.has_own_whole = 0
            and judged.identity_kind in ('parts_of_whole', 'some_of_whole')
            then 'other_table'
        else 'same_table'
    end as basis,
    judged.figures_printed,
    'rules of the catalogue of metrics, applied to what is printed' as method,
    judged.source_sha256,
    judged.published_at,
    judged.recorded_at
from judged
inner join {{ ref('metric') }} as metrics on judged.metric_code = metrics.metric_code
-- One part alone does not say that a total was meant; nor do some rows of a whole.
where
    (
        judged.verdict <> 'total_missing'
        or (judged.parts_printed_count > 1 and judged.identity_kind <> 'some_of_whole')
    )
    and (
        judged.identity_kind <> 'parts_of_whole'
        or judged.has_own_whole = 1
        or not judged.is_covered
    )
