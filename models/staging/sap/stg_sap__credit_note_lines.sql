-- The items of SAP credit memos, each with the invoice item that it gives back; what the customer gets back is positive. One row per item.
-- key: credit_note_line_id
with lines as (
    select * from staging.base_sap__document_lines
    where category = 'O'
),

origins as (
    select * from staging.base_sap__credit_origins
),

freight_products as (
    select * from staging.base_sap__freight_products
),

unit_names as (
    select * from staging.base_sap__unit_names
),

renamed as (
    select
        lines.line_id as credit_note_line_id,
        lines.source as source,
        lines.source_id as source_id,
        lines.document_id as credit_note_id,
        lines.line_number as line_number,
        origins.invoice_line_id as invoice_line_id,
        case when freight_products.product is not null then 'freight' else 'item' end as kind,
        cast(null as varchar) as applies_to_line_id,
        lines.source || ':' || lines.product as product_id,
        lines.quantity as quantity,
        coalesce(unit_names.unit_name, lines.unit) as unit,
        lines.unit_price as unit_price,
        lines.amount as amount,
        lines.currency as currency,
        lines.is_deleted as is_deleted
    from lines
    left join origins
        on lines.line_id = origins.line_id
    left join freight_products
        on lines.source = freight_products.source
        and lines.product = freight_products.product
    left join unit_names
        on lines.source = unit_names._connection
        and lines.unit = unit_names.unit
)

select * from renamed
