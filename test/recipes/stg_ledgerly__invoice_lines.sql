-- The lines of Ledgerly's invoices. One row per line.
-- key: invoice_line_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.ledgerly__invoice_lines as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

renamed as (
    select
        versions._connection || ':' || versions.id as invoice_line_id,
        versions._connection as source,
        versions.id as source_id,
        versions._connection || ':' || versions.invoice_id as invoice_id,
        cast(1 as bigint) as line_number,
        cast(null as varchar) as order_line_id,
        cast(null as varchar) as crm_reference,
        'item' as kind,
        cast(null as varchar) as applies_to_line_id,
        versions._connection || ':' || versions.sku as product_id,
        try_cast(versions.quantity as decimal(18, 6)) as quantity,
        cast(null as varchar) as unit,
        try_cast(versions.unit_price as decimal(38, 8)) as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        try_cast(versions.net as decimal(38, 4)) as amount,
        versions.currency as currency,
        versions._deleted as is_deleted
    from versions
    where versions.version = 1
)

select * from renamed
