-- Two countries exchanged in one table cannot be seen in it; pending procedures against the month
-- before show them. The mart data_quality holds the same rows.
{{ config(severity='warn') }}

select *
from {{ ref('int_hkl__moved') }}
