-- Lines of NetSuite invoices, cash sales and statement charges, signs turned, each with the sales order line that it bills. One row per line.
-- key: invoice_line_id
with lines as (
    select * from staging.base_netsuite__document_lines
    where document = 'invoice'
),

links as (
    select
        _connection, nextdoc, nextline,
        min(_connection || ':' || previousdoc || ':' || previousline) as order_line_id
    from staging.base_netsuite__transaction_line_links
    where linktype = 'OrdBill' and not _deleted
    group by _connection, nextdoc, nextline
),

renamed as (
    select
        lines.line_id as invoice_line_id,
        lines._connection as source,
        lines.source_id as source_id,
        lines.document_id as invoice_id,
        lines.line_number as line_number,
        links.order_line_id as order_line_id,
        lines.crm_reference as crm_reference,
        lines.kind as kind,
        lines.applies_to_line_id as applies_to_line_id,
        lines.product_id as product_id,
        -lines.quantity as quantity,
        lines.unit as unit,
        lines.unit_price as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        -lines.amount as amount,
        lines.currency as currency,
        lines.is_deleted as is_deleted
    from lines
    left join links
        on lines._connection = links._connection
        and lines.document_source_id = links.nextdoc
        and lines.document_line = links.nextline
)

select * from renamed
