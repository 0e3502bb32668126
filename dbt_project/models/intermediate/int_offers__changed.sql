-- Only dates that list a kind of offer at all are compared: no workbook lists every kind.
with dates as (
    select
        offer_type_code,
        reference_date,
        max(source_sha256) as source_sha256,
        max(recorded_at) as recorded_at,
        lag(reference_date) over (
            partition by offer_type_code order by reference_date
        ) as previous_date
    from {{ ref('stg_wtg__offers') }}
    group by offer_type_code, reference_date
),

offers as (
    select
        offers.reference_date,
        offers.offer_id,
        offers.offer_name,
        offers.offer_type_code,
        offers.operating_from_date,
        offers.operating_to_date,
        occupancy.contracted_places,
        coalesce(statuses.is_operating, true) as is_operating
    from {{ ref('stg_wtg__offers') }} as offers
    left join {{ ref('stg_wtg__occupancy') }} as occupancy
        on
            offers.reference_date = occupancy.reference_date
            and offers.offer_id = occupancy.offer_id
    left join {{ ref('offer_status') }} as statuses
        on lower(offers.operating_status) = lower(statuses.operating_status)
),

limits as (
    select
        value as largest_change_share,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_county__wtg_parameters') }}
    where name = 'largest_places_change_share'
),

jumped as (
    select
        dates.reference_date,
        dates.source_sha256,
        dates.recorded_at,
        'Belegung' as place,
        'belegung' as table_name,
        'places_jump' as rule,
        later.offer_id,
        later.offer_name || ': ' || earlier.contracted_places || ' places on '
        || dates.previous_date || ', ' || later.contracted_places || ' on ' || dates.reference_date
            as description,
        earlier.contracted_places || ' places, give or take '
        || cast(100 * limits.largest_change_share as integer) || ' %' as expected,
        later.contracted_places || ' places' as found
    from dates
    inner join offers as later
        on
            dates.reference_date = later.reference_date
            and dates.offer_type_code = later.offer_type_code
    inner join offers as earlier
        on dates.previous_date = earlier.reference_date and later.offer_id = earlier.offer_id
    inner join limits
        on dates.reference_date between limits.valid_from and limits.valid_to
    where
        abs(later.contracted_places - earlier.contracted_places)
        > limits.largest_change_share * earlier.contracted_places
),

vanished as (
    select
        dates.reference_date,
        dates.source_sha256,
        dates.recorded_at,
        'Angebote' as place,
        'angebote' as table_name,
        'offer_vanished' as rule,
        earlier.offer_id,
        earlier.offer_name || ': listed on ' || dates.previous_date || ' without betrieb_bis, '
        || 'not listed on ' || dates.reference_date as description,
        'a row, or a betrieb_bis before ' || dates.reference_date as expected,
        'no row' as found
    from dates
    inner join offers as earlier
        on
            dates.previous_date = earlier.reference_date
            and dates.offer_type_code = earlier.offer_type_code
    left join offers as later
        on dates.reference_date = later.reference_date and earlier.offer_id = later.offer_id
    where
        later.offer_id is null
        and earlier.is_operating
        and coalesce(earlier.operating_to_date >= dates.reference_date, true)
),

appeared as (
    select
        dates.reference_date,
        dates.source_sha256,
        dates.recorded_at,
        'Angebote' as place,
        'angebote' as table_name,
        'offer_appeared' as rule,
        later.offer_id,
        later.offer_name || ': listed on ' || dates.reference_date || ' without a betrieb_ab after '
        || dates.previous_date || ', not listed then' as description,
        'a betrieb_ab after ' || dates.previous_date as expected,
        coalesce(cast(later.operating_from_date as varchar), 'none') as found
    from dates
    inner join offers as later
        on
            dates.reference_date = later.reference_date
            and dates.offer_type_code = later.offer_type_code
    left join offers as earlier
        on dates.previous_date = earlier.reference_date and later.offer_id = earlier.offer_id
    where
        dates.previous_date is not null
        and earlier.offer_id is null
        and later.is_operating
        and coalesce(later.operating_from_date <= dates.previous_date, true)
)

select * from jumped
union all
select * from vanished
union all
select * from appeared
