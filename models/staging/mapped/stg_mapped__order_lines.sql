-- Lines of orders of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per order line.
-- key: order_line_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__order_lines as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.order_line_id as order_line_id,
        records._connection as source,
        records.order_line_id as source_id,
        records._connection || ':' || records.order_id as order_id,
        try_cast(records.line_number as bigint) as line_number,
        records.crm_reference as crm_reference,
        coalesce(lower(records.kind), 'item') as kind,
        records._connection || ':' || records.applies_to_line_id as applies_to_line_id,
        records._connection || ':' || records.product_id as product_id,
        try_cast(records.quantity as decimal(18, 6)) as quantity,
        records.unit as unit,
        coalesce(cast(try_cast(records.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(records.unit_price as decimal(38, 8))) as unit_price,
        try_cast(records.discount_percent as decimal(18, 10)) as discount_percent,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        upper(records.currency) as currency,
        coalesce(records.is_closed = 'true', false) as is_closed,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
