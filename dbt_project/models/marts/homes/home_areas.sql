-- Which municipalities make up which area, and since when: what the disclosure rule for homes needs
-- to know of a sum.
select
    region_level,
    region_code,
    municipality_code,
    region_name,
    coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
    valid_to
from {{ ref('int_municipalities__areas') }}
