-- The lines of Oracle invoices, each with the order line whose fulfillment it bills: the id stands where Oracle's context has it, or, on some
-- pods, where the delivery's name belongs. The price is the one before discounts where the company keeps it in a flexfield, else the line's
-- own. The freight of an invoice is a line too. One row per line.
-- key: invoice_line_id
with lines as (
    select * from staging.base_oracle__transaction_lines
    where document = 'invoice'
),

fields as (
    select
        _connection, _parent, customer_transaction_line_id, min(crm_line) as crm_line, min(unit_list_price) as unit_list_price
    from staging.base_oracle__invoice_line_fields
    where not _deleted
    group by _connection, _parent, customer_transaction_line_id
),

sources as (
    select
        _connection, _parent, customer_transaction_line_id, min(fulfill_line_id) as fulfill_line_id, min(delivery_name) as delivery_name
    from staging.base_oracle__invoice_line_sources
    where not _deleted
    group by _connection, _parent, customer_transaction_line_id
),

fulfillments as (
    select * from staging.base_oracle__fulfillments
),

renamed as (
    select
        lines.line_id as invoice_line_id,
        lines.source as source,
        lines.source_id as source_id,
        lines.transaction_id as invoice_id,
        lines.line_number as line_number,
        coalesce(fulfillments.order_line_id, named.order_line_id) as order_line_id,
        nullif(trim(fields.crm_line), '') as crm_reference,
        lines.kind as kind,
        cast(null as varchar) as applies_to_line_id,
        lines.product_id as product_id,
        lines.quantity as quantity,
        lines.unit as unit,
        coalesce(coalesce(cast(try_cast(fields.unit_list_price as decimal(18, 8)) as decimal(38, 8)), try_cast(fields.unit_list_price as decimal(38, 8))), lines.unit_price) as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        lines.amount as amount,
        lines.currency as currency,
        lines.is_deleted as is_deleted
    from lines
    left join fields
        on lines.source = fields._connection
        and lines.record_key = fields._parent
        and lines.line_key = fields.customer_transaction_line_id
    left join sources
        on lines.source = sources._connection
        and lines.record_key = sources._parent
        and lines.line_key = sources.customer_transaction_line_id
    left join fulfillments
        on sources._connection = fulfillments.source
        and sources.fulfill_line_id = fulfillments.fulfill_line_id
    left join fulfillments as named
        on sources._connection = named.source
        and sources.delivery_name = named.fulfill_line_id
)

select * from renamed
