-- A cumulative table far from the sum of its months: one was misread, or is of other months.
{{ config(severity='warn') }}

select *
from {{ ref('int_hkl__cumulated') }}
