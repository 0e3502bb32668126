{#
  When each cell of a home was first filled: which revision of the workbook of a date, and whether the
  revision in force has lost it again. The disclosure rule for homes needs it: two versions of a sum
  that differ by one home tell that home's figure.
#}
{%- set cells = {
    'vacant': ('belegung', 'coalesce(cells.plaetze_belegt, cells.plaetze_nicht_belegt)'),
    'unusable': ('belegung', 'cells.davon_nicht_belegbar'),
    'free': ('belegung', 'cells.plaetze_frei_gemeldet'),
    'grades': ('bewohner', 'cells.pg1 + cells.pg2 + cells.pg3 + cells.pg4 + cells.pg5'),
    'residents': (
        'bewohner',
        'coalesce(cells.pg1, cells.pg2, cells.pg3, cells.pg4, cells.pg5, cells.ohne_pg)',
    ),
    'no_care_grade': ('bewohner', 'cells.ohne_pg'),
    'under_60': ('bewohner', 'cells.unter_60'),
    'care': ('personal', 'cells.vk_pflege_gesamt'),
    'skilled': ('personal', 'cells.vk_fachkraft'),
    'assistant': ('personal', 'cells.vk_assistenz_1j'),
    'helper': ('personal', 'cells.vk_hilfskraft'),
} -%}

with revisions as (
    select
        period,
        source_sha256,
        revision
    from {{ ref('stg_house__batches') }}
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
    {% for cell_code, (table, expression) in cells.items() -%}
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
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    filled.reference_date,
    filled.offer_id,
    filled.cell_code,
    min(filled.revision) as first_revision,
    max(filled.revision) < max(newest.revision) as is_withdrawn
from filled
inner join newest on filled.period = newest.period
group by filled.reference_date, filled.offer_id, filled.cell_code
