-- What each version changed of the one before it. A pair of files is compared before the build.
with known as (
    select *
    from {{ ref('stg_kreishaus__batches') }}
    where {{ known_by_as_of('in_force_from', 'published_at') }}
),

revised as (
    select
        newer.county_ags,
        newer.source,
        newer.dataset,
        newer.period,
        newer.revision,
        older.source_sha256 as old_source_sha256,
        newer.source_sha256 as new_source_sha256,
        older.published_at as old_published_at,
        newer.published_at as new_published_at,
        older.in_force_from as old_in_force_from,
        newer.in_force_from as new_in_force_from
    from known as newer
    inner join {{ ref('stg_kreishaus__batches') }} as older
        on
            newer.source = older.source
            and newer.dataset = older.dataset
            and newer.period = older.period
            and newer.revision = older.revision + 1
)

select
    revised.county_ags,
    revised.source || '/' || revised.dataset as dataset_id,
    revised.period,
    revised.revision,
    row_number() over (
        partition by revised.source, revised.dataset, revised.period, revised.revision
        order by cells.table_name, cells.row_label, cells.row_key, cells.column_name
    ) as change_number,
    coalesce(cells.kind, 'not_compared') as change_kind,
    cells.table_name,
    cells.row_label,
    cells.measure,
    cells.old_value,
    cells.new_value,
    cells.old_number,
    cells.new_number,
    cells.new_number - cells.old_number as difference,
    cells.column_name,
    cells.row_key,
    cells.affected_rows as affected_rows_count,
    revised.old_source_sha256,
    revised.new_source_sha256,
    revised.old_published_at,
    revised.new_published_at,
    revised.old_in_force_from,
    revised.new_in_force_from
from revised
left join {{ ref('stg_kreishaus__revised_cells') }} as cells
    on
        revised.source = cells.source
        and revised.dataset = cells.dataset
        and revised.old_source_sha256 = cells.old_sha256
        and revised.new_source_sha256 = cells.new_sha256
