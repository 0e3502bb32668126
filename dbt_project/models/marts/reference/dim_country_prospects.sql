select
    prospects.ls_code,
    countries.country_name,
    prospects.prospects_set,
    prospects.valid_from,
    prospects.valid_to,
    row_number() over (
        partition by prospects.ls_code, prospects.prospects_set
        order by prospects.valid_from nulls first
    ) as validity_number,
    prospects.source as method
from {{ ref('good_prospects') }} as prospects
left join {{ ref('dim_country') }} as countries on prospects.ls_code = countries.ls_code
