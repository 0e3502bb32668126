-- Residents of a home by care grade, with the home and who runs it.
select
    grades.*,
    offers.home_id,
    offers.operator_name,
    offers.offer_type_code,
    offers.contracted_places
from {{ ref('int_residents__by_grade') }} as grades
inner join {{ ref('int_homes__measured') }} as offers
    on
        grades.reference_date = offers.reference_date
        and grades.offer_id = offers.offer_id
