-- Places of delivery and tax areas of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per deal, order or invoice.
-- key: document_term_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__document_terms as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.document_term_id as document_term_id,
        records._connection as source,
        records.document_term_id as source_id,
        lower(records.object) as object,
        records._connection || ':' || records.record_id as record_id,
        records.ship_to as ship_to,
        records.tax_area as tax_area,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
