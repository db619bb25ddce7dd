-- Products of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per product.
-- key: product_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__products as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.product_id as product_id,
        records._connection as source,
        records.product_id as source_id,
        records.code as code,
        records.name as name,
        records.family as family,
        coalesce(lower(records.kind), 'item') as kind,
        records.unit as unit,
        records.unit_group as unit_group,
        coalesce(cast(try_cast(records.unit_cost as decimal(18, 8)) as decimal(38, 8)), try_cast(records.unit_cost as decimal(38, 8))) as unit_cost,
        upper(records.currency) as currency,
        coalesce(records.is_active = 'true', true) as is_active,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
