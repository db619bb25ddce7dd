-- The newest version of each QuickBooks purchase as of the moment asked for. One row per purchase.
-- key: _connection, _key
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.quickbooks__purchases as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

newest as (
    select * from versions where version = 1
)

select * from newest
