-- Positions are handed out by these shares: together they are the county, or some would be lost.
select
    reference_date,
    sum(county_share) as shares
from {{ ref('foreigners_by_municipality') }}
group by reference_date
having count(county_share) = count(*) and abs(sum(county_share) - 1) > 1e-9
