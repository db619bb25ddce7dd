-- Prices of price lists of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per price.
-- key: price_list_entry_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__price_list_entries as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.price_list_entry_id as price_list_entry_id,
        records._connection as source,
        records.price_list_entry_id as source_id,
        records.price_list as price_list,
        records._connection || ':' || records.product_id as product_id,
        coalesce(cast(try_cast(records.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(records.unit_price as decimal(38, 8))) as unit_price,
        upper(records.currency) as currency,
        coalesce(records.is_active = 'true', true) as is_active,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
