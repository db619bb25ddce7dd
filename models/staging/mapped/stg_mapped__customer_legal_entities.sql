-- The legal entities that customers deal with of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per customer and legal entity.
-- key: customer_legal_entity_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__customer_legal_entities as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.customer_legal_entity_id as customer_legal_entity_id,
        records._connection as source,
        records.customer_legal_entity_id as source_id,
        records._connection || ':' || records.customer_id as customer_id,
        records._connection || ':' || records.legal_entity_id as legal_entity_id,
        coalesce(records.is_primary = 'true', false) as is_primary,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
