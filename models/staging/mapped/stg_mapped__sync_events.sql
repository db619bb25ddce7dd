-- Messages of an integration between the systems, of mapped sources (files): the newest version of each record as of the moment asked for, ids made
-- global. One row per message.
-- key: sync_event_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__sync_events as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.sync_event_id as sync_event_id,
        records._connection as source,
        records.sync_event_id as source_id,
        records.reference as reference,
        lower(records.status) as status,
        records.reason as reason,
        try_cast(records.attempts as bigint) as attempts,
        try_cast(substr(records.occurred_at, 1, 19) as timestamp) as occurred_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
