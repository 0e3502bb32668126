-- Places that jump, offers that come or go unsaid, from one reference date to the next: the officer
-- is asked, the load goes on. The mart data_quality holds the same rows.
{{ config(severity='warn') }}

select *
from {{ ref('int_offers__changed') }}
