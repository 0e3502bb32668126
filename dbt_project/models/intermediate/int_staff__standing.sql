-- Staff is surveyed on other days than residents. The same day is taken where there is one, else
-- the day that stands for the year in staffing_by_region; never another year.
with homes as (
    select offers.*
    from {{ ref('int_offers__measured') }} as offers
    inner join {{ ref('offer_type') }} as types
        on
            offers.offer_type_code = types.offer_type_code
            and types.counts_as_home
    where offers.care_fte is not null
),

needed as (
    select distinct reference_date
    from {{ ref('int_residents__by_grade') }}
),

standing as (
    select
        needed.reference_date,
        coalesce(
            max(
                case
                    when homes.reference_date = needed.reference_date then homes.reference_date
                end
            ),
            max(homes.reference_date)
        ) as staff_reference_date
    from needed
    inner join homes
        on extract(year from needed.reference_date) = extract(year from homes.reference_date)
    group by needed.reference_date
)

{% for qualification_code, column in [
    ('total', 'care_fte'), ('skilled', 'skilled_fte'), ('assistant', 'assistant_fte'),
    ('helper', 'helper_fte'),
] -%}
    select
        standing.reference_date,
        standing.staff_reference_date,
        homes.offer_id,
        '{{ qualification_code }}' as qualification_code,
        homes.{{ column }} as actual_fte,
        homes.source_sha256,
        homes.published_at,
        homes.recorded_at
    from standing
    inner join homes on standing.staff_reference_date = homes.reference_date
    where homes.{{ column }} is not null
    {% if not loop.last %}union all{% endif %}
{% endfor %}
