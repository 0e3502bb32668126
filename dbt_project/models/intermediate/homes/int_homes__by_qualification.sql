-- Staff of a home by qualification, as it stands beside a date with care grades. Of a home without
-- staff known there is a row too: it is one that left the cell out.
{%- set parts_of_care = ['skilled', 'assistant', 'helper'] %}

select
    homes.*,
    kinds.qualification_code,
    staff.actual_fte,
    totals.actual_fte as total_fte,
    coalesce(staff.staff_reference_date, homes.reference_date) as told_date
from {{ ref('int_homes__by_grade') }} as homes
cross join (
    values
    {% for part in ['total'] + parts_of_care -%}
        ('{{ part }}'){{ "," if not loop.last }}
    {% endfor %}
) as kinds (qualification_code)
left join {{ ref('int_staff__standing') }} as staff
    on
        homes.reference_date = staff.reference_date
        and homes.offer_id = staff.offer_id
        and kinds.qualification_code = staff.qualification_code
left join {{ ref('int_staff__standing') }} as totals
    on
        homes.reference_date = totals.reference_date
        and homes.offer_id = totals.offer_id
        and totals.qualification_code = 'total'
where homes.care_grade = 1
