-- Residents of a home by care grade, with the home and who runs it.
select
    grades.*,
    -- Who lives in the home without a grade, also where it does not say so. Null unless it names
    -- all grades.
    offers.occupied_places - (
        offers.care_grade_1_persons
        + offers.care_grade_2_persons
        + offers.care_grade_3_persons
        + offers.care_grade_4_persons
        + offers.care_grade_5_persons
    ) as left_by_grades_persons,
    offers.home_id,
    offers.operator_name,
    offers.offer_type_code,
    offers.contracted_places
from {{ ref('int_residents__by_grade') }} as grades
inner join {{ ref('int_homes__measured') }} as offers
    on
        grades.reference_date = offers.reference_date
        and grades.offer_id = offers.offer_id
