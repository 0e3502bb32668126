{#- What is handed out, in trillionths of a position: as finely as printed, halves, whole ones. -#}
{%- set units = {
    'positions': {'trillionths': 1, 'type': 'decimal(18, 12)'},
    'positions_by_halves': {'trillionths': 500000000000, 'type': 'decimal(18, 1)'},
    'positions_whole': {'trillionths': 1000000000000, 'type': 'decimal(18, 1)'},
} %}

with dated as (
    select
        foreigners.*,
        dates.stands_for_date,
        max(foreigners.reference_date) over (partition by dates.stands_for_date) as newest_date
    from {{ ref('foreigners_by_municipality') }} as foreigners
    inner join {{ ref('dim_reference_date') }} as dates
        on
            dates.dataset_id = 'azr/municipalities'
            and foreigners.reference_date = dates.reference_date
    -- The formula is about 31 March; a near day stands in where that has no data.
    where extract(month from dates.stands_for_date) = 3
),

granted as (
    select
        dated.*,
        grants.positions_fte as granted_positions_fte,
        grants.source as grant_source,
        cast(grants.positions_fte * 1000000000000 as hugeint) as granted_trillionths,
        count(*) over (partition by dated.reference_date)
        - count(dated.persons) over (partition by dated.reference_date) as missing_count
    from dated
    left join {{ ref('stg_county__case_management_grants') }} as grants
        on
            dated.stands_for_date >= coalesce(grants.valid_from, dated.stands_for_date)
            and dated.stands_for_date <= coalesce(grants.valid_to, dated.stands_for_date)
    where dated.reference_date = dated.newest_date
),

-- A grant that is no multiple of a unit cannot be handed out in it.
divisible as (
    select
        *,
        {% for name, unit in units.items() -%}
            case
                when granted_trillionths % {{ unit.trillionths }} = 0
                    then granted_trillionths // {{ unit.trillionths }}
            end as {{ name }}_units{% if not loop.last %},{% endif %}
        {% endfor %}
    from granted
),

{% for name in units -%}
    {{ name }}_handed_out as (
        {{ largest_remainder(
            'divisible', 'reference_date', 'region_code', 'persons', name ~ '_units'
        ) }}
    ){% if not loop.last %},{% endif %}
{% endfor %}

select
    divisible.reference_date,
    divisible.region_code,
    divisible.region_name,
    divisible.stands_for_date,
    divisible.persons,
    divisible.marker,
    divisible.county_persons,
    divisible.county_share,
    divisible.granted_positions_fte,
    {% for name, unit in units.items() -%}
        cast(
            cast({{ name }}_handed_out.parts * {{ unit.trillionths }} as decimal(24, 0))
            * cast(0.000000000001 as decimal(13, 12)) as {{ unit.type }}
        ) as {{ name }}_fte,
    {% endfor -%}
    divisible.grant_source,
    'persons / sum of persons x granted positions; the rest by largest remainder, ties to the '
    || 'larger municipality, then to the smaller key' as method,
    {{ caveats([
        "case when divisible.granted_positions_fte is null"
        ~ " then 'no grant is stated for the date' end",
        "case when divisible.persons is null then 'the register prints no number: no allocation'"
        ~ " when divisible.missing_count > 0"
        ~ " then 'another municipality has no number: the grant cannot be shared out' end",
        "case when divisible.reference_date <> divisible.stands_for_date"
        ~ " then 'no data for 31 March: another date stands in' end",
        "case when divisible.positions_by_halves_units is null"
        ~ " and divisible.granted_positions_fte is not null"
        ~ " then 'the grant is no multiple of half a position' end",
    ]) }} as caveat,
    divisible.source_sha256,
    divisible.published_at,
    divisible.recorded_at,
    divisible.revision
from divisible
{% for name in units -%}
    inner join {{ name }}_handed_out
        on
            divisible.reference_date = {{ name }}_handed_out.reference_date
            and divisible.region_code = {{ name }}_handed_out.region_code
{% endfor %}
