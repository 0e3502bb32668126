-- What a reader of this database could do or see beyond reading marts: a statement for each, which
-- ends it. No rows: nothing is left to close. An administrator (a superuser) runs them all by
--
--     { cat open_doors.sql; echo '\gexec'; } | psql --username postgres --dbname kreishaus
--
-- in each of the two serving databases, as often as wanted, and after a new major version of
-- PostgreSQL. The owner of the database (the loader) keeps what a load needs.
--
-- Functions are closed by their kind, so that one that a later version brings is closed as well:
-- all that are volatile (they do something, or tell of the whole server: large objects, advisory
-- locks, the log of transactions, notifications, signals), but for those that a reader's tool may
-- call; and, of the others, those that tell what the server does for everybody, or take a
-- transaction number.
with
here as (
    select pg_database.oid, pg_database.datname, owner.oid as owner_oid, owner.rolname as owner_name
    from pg_database
    inner join pg_roles as owner on owner.oid = pg_database.datdba
    where pg_database.datname = current_database()
),
called_by_readers(proname) as (
    values ('clock_timestamp'), ('timeofday'), ('current_query'), ('set_config'),
    ('random'), ('random_normal'), ('setseed'), ('gen_random_uuid'), ('uuidv4'), ('uuidv7'),
    ('array_sample'), ('array_shuffle'), ('ts_rewrite'),
    ('pg_is_in_recovery'), ('pg_jit_available'), ('currtid2'),
    ('pg_relation_size'), ('pg_table_size'), ('pg_indexes_size'), ('pg_total_relation_size'),
    ('pg_collation_actual_version'), ('pg_database_collation_actual_version'),
    ('pg_partition_tree'), ('pg_partition_ancestors'), ('amvalidate'),
    ('query_to_xml'), ('query_to_xmlschema'), ('query_to_xml_and_xmlschema'),
    ('cursor_to_xml'), ('cursor_to_xmlschema')
),
closed_function as (
    select
        pg_proc.oid,
        coalesce(pg_proc.proacl, acldefault('f', pg_proc.proowner)) as acl,
        pg_proc.proname ~ '^(pg_stat_get_|pg_lock_status$|pg_terminate_backend$)' as needed_by_owner
    from pg_proc
    where
        pg_proc.pronamespace = 'pg_catalog'::regnamespace
        and pg_proc.prokind = 'f'
        -- Nobody calls these by name.
        and pg_proc.prorettype not in (
            'trigger'::regtype, 'event_trigger'::regtype, 'language_handler'::regtype
        )
        and not 'internal'::regtype = any(pg_proc.proargtypes::oid[])
        and (
            (
                pg_proc.provolatile = 'v'
                and pg_proc.proname not in (select proname from called_by_readers)
            )
            or pg_proc.proname ~ '^(pg_stat_get_|pg_get_replication_slots$)'
            or pg_proc.proname in ('pg_current_xact_id', 'txid_current')
        )
),
closed_catalogue as (
    -- How many objects every database has, what is said of databases, and whose settings and
    -- groups are which.
    select
        pg_class.oid,
        coalesce(pg_class.relacl, acldefault('r', pg_class.relowner)) as acl,
        pg_class.relname in ('pg_db_role_setting', 'pg_auth_members') as needed_by_owner
    from pg_class
    where
        pg_class.relnamespace = 'pg_catalog'::regnamespace
        and pg_class.relname in (
            'pg_shdepend', 'pg_shdescription', 'pg_shseclabel', 'pg_db_role_setting',
            'pg_auth_members', 'pg_parameter_acl', 'pg_largeobject_metadata'
        )
),
closed_language as (
    -- Programs: a reader asks.
    select
        pg_language.lanname,
        coalesce(pg_language.lanacl, acldefault('l', pg_language.lanowner)) as acl
    from pg_language
    where pg_language.lanpltrusted and pg_language.lanname <> 'sql'
),
setting as (
    select pg_db_role_setting.setrole, split_part(entry.text, '=', 1) as name
    from here
    inner join pg_db_role_setting on pg_db_role_setting.setdatabase = here.oid
    cross join unnest(pg_db_role_setting.setconfig) as entry(text)
)

select format('revoke execute on function %s from public', closed_function.oid::regprocedure)
from closed_function
where exists (select from aclexplode(closed_function.acl) as given where given.grantee = 0)

union all

select
    format('grant execute on function %s to %I', closed_function.oid::regprocedure, here.owner_name)
from closed_function, here
where
    closed_function.needed_by_owner
    and not exists (
        select from aclexplode(closed_function.acl) as given where given.grantee = here.owner_oid
    )

union all

select format('revoke select on table %s from public', closed_catalogue.oid::regclass)
from closed_catalogue
where exists (select from aclexplode(closed_catalogue.acl) as given where given.grantee = 0)

union all

select format('grant select on table %s to %I', closed_catalogue.oid::regclass, here.owner_name)
from closed_catalogue, here
where
    closed_catalogue.needed_by_owner
    and not exists (
        select from aclexplode(closed_catalogue.acl) as given where given.grantee = here.owner_oid
    )

union all

select format('revoke usage on language %I from public', closed_language.lanname)
from closed_language
where exists (select from aclexplode(closed_language.acl) as given where given.grantee = 0)

union all

select format('grant usage on language %I to %I', closed_language.lanname, here.owner_name)
from closed_language, here
where
    closed_language.lanname = 'plpgsql'
    and not exists (
        select from aclexplode(closed_language.acl) as given where given.grantee = here.owner_oid
    )

union all

-- Neither temporary tables here, nor anything in the databases that every server has.
select format('revoke all on database %I from public', pg_database.datname)
from pg_database
where
    pg_database.datname in (current_database(), 'postgres', 'template1')
    and exists (
        select
        from aclexplode(coalesce(pg_database.datacl, acldefault('d', pg_database.datdba))) as given
        where given.grantee = 0
    )

union all

-- What a question may put on the disk while it is worked out; a reader cannot change it.
select format('alter database %I set temp_file_limit = %L', here.datname, '256MB')
from here
where not exists (select from setting where setting.setrole = 0 and setting.name = 'temp_file_limit')

union all

select
    format(
        'alter role %I in database %I set temp_file_limit = %L', here.owner_name, here.datname, '-1'
    )
from here
where
    not exists (
        select from setting
        where setting.setrole = here.owner_oid and setting.name = 'temp_file_limit'
    )
