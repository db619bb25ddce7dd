-- Users of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per user.
-- key: user_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__users as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1 and not _deleted
),

renamed as (
    select
        records._connection || ':' || records.user_id as user_id,
        records._connection as source,
        records.user_id as source_id,
        records.name as name,
        records.email as email,
        coalesce(records.is_active = 'true', true) as is_active
    from records
)

select * from renamed
