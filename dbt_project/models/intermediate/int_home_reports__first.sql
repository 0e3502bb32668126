{#
  When each figure of a home was first there: by which revision of the workbook of a date, and whether
  the revision in force has lost it again. The disclosure rule for homes needs it: two versions of a
  sum that differ by one home tell that home's figure.

  A figure that needs several cells is there in the revisions that hold them all: a home joins the sum
  of helpers when its total of staff comes, though its helpers were there before. One that is made of
  whatever cells there are is on another basis when one more is filled: the sum changes by that cell.
#}
{%- set occupancy = {
    'vacant': 'coalesce(cells.plaetze_belegt, cells.plaetze_nicht_belegt)',
    'unusable': 'cells.davon_nicht_belegbar',
    'free': 'cells.plaetze_frei_gemeldet',
} -%}
{%- set residents = {
    'grade_1': 'cells.pg1',
    'grade_2': 'cells.pg2',
    'grade_3': 'cells.pg3',
    'grade_4': 'cells.pg4',
    'grade_5': 'cells.pg5',
    'no_care_grade': 'cells.ohne_pg',
    'under_60': 'cells.unter_60',
} -%}
{%- set staff = {
    'care': 'cells.vk_pflege_gesamt',
    'skilled': 'cells.vk_fachkraft',
    'assistant': 'cells.vk_assistenz_1j',
    'helper': 'cells.vk_hilfskraft',
} -%}
{%- set tables = {'belegung': occupancy, 'bewohner': residents, 'personal': staff} -%}
{%- set grades = "['grade_1', 'grade_2', 'grade_3', 'grade_4', 'grade_5']" -%}
{%- set counted = "['grade_1', 'grade_2', 'grade_3', 'grade_4', 'grade_5', 'no_care_grade']" -%}
{%- set has_grades = 'list_has_all(cell_codes, ' ~ grades ~ ')' -%}
{%- set has_care = "list_contains(cell_codes, 'care')" -%}
{%- set is_occupied = "list_contains(cell_codes, 'vacant')" -%}
{%- set has_residents = 'list_has_any(cell_codes, ' ~ counted ~ ')' -%}
{#- Who leaves a cell out has as many residents as occupied places, if these are known. -#}
{%- set of_residents = (
    'case when list_has_all(cell_codes, ' ~ counted ~ ") then 'named' when " ~ is_occupied
    ~ " then 'occupied' else cast(list_sort(list_intersect(cell_codes, " ~ counted
    ~ ')) as varchar) end'
) -%}

{#- Figure -> when it is there, and what it is made of. -#}
{%- set made = {
    'care_and_skilled': (has_care ~ " and list_contains(cell_codes, 'skilled')", "''"),
    'care_and_assistant': (has_care ~ " and list_contains(cell_codes, 'assistant')", "''"),
    'care_and_helper': (has_care ~ " and list_contains(cell_codes, 'helper')", "''"),
    'care_and_residents': (has_care ~ ' and ' ~ has_residents, of_residents),
    'grades': (has_grades, "''"),
    'reported': (has_grades, of_residents),
    'grades_and_no_care_grade': (has_grades ~ " and list_contains(cell_codes, 'no_care_grade')", "''"),
    'needed_by_grade': (
        has_grades ~ ' or ' ~ is_occupied,
        'case when ' ~ has_grades ~ " then 'reported' else 'stands in' end",
    ),
    'needed': (
        has_grades ~ ' or ' ~ is_occupied,
        'case when ' ~ has_grades ~ ' then ' ~ of_residents ~ " else 'stands in' end",
    ),
    'stand_in': (is_occupied ~ ' and not ' ~ has_grades, "''"),
} -%}

with revisions as (
    select
        period,
        source_sha256,
        revision
    from {{ ref('stg_kreishaus__batches') }}
    where
        source = 'wtg'
        and dataset = 'stichtag'
        and {{ known_by_as_of('in_force_from', 'published_at') }}
),

newest as (
    select
        period,
        max(revision) as revision
    from revisions
    group by period
),

filled as (
    {% for table, cells in tables.items() -%}
        {% set last_table = loop.last -%}
        {% for cell_code, expression in cells.items() -%}
            select
                cells.reference_date,
                cells.pfad_id as offer_id,
                '{{ cell_code }}' as cell_code,
                revisions.period,
                revisions.revision
            from {{ source('wtg', table) }} as cells
            inner join revisions
                on
                    cells.period = revisions.period
                    and cells.source_sha256 = revisions.source_sha256
            where {{ expression }} is not null
            {% if not (last_table and loop.last) %}union all{% endif %}
        {% endfor %}
    {% endfor %}
),

-- What a home had filled in by each revision.
held as (
    select
        reference_date,
        offer_id,
        period,
        revision,
        list(cell_code) as cell_codes
    from filled
    group by reference_date, offer_id, period, revision
),

there as (
    select
        reference_date,
        offer_id,
        cell_code,
        '' as basis,
        period,
        revision
    from filled
    {% for cell_code, (is_there, basis) in made.items() -%}
        union all
        select
            reference_date,
            offer_id,
            '{{ cell_code }}' as cell_code,
            {{ basis }} as basis,
            period,
            revision
        from held
        where {{ is_there }}
    {% endfor %}
)

select
    there.reference_date,
    there.offer_id,
    there.cell_code,
    min(there.revision) as first_revision,
    max(there.revision) < max(newest.revision) as is_withdrawn,
    count(distinct there.basis) > 1 as is_on_another_basis
from there
inner join newest on there.period = newest.period
group by there.reference_date, there.offer_id, there.cell_code
