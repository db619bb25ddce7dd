-- Legal entities of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per legal entity.
-- key: legal_entity_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__legal_entities as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1 and not _deleted
),

renamed as (
    select
        records._connection || ':' || records.legal_entity_id as legal_entity_id,
        records._connection as source,
        records.legal_entity_id as source_id,
        records.name as name,
        upper(records.currency) as currency,
        upper(records.country) as country,
        records._connection || ':' || records.parent_id as parent_id,
        coalesce(records.is_elimination = 'true', false) as is_elimination,
        coalesce(records.is_active = 'true', true) as is_active
    from records
)

select * from renamed
