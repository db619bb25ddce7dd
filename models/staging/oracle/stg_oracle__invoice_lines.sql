-- The lines of Oracle invoices, each with the order line whose fulfillment it bills: the id stands where Oracle's context has it, or, on some
-- pods, where the delivery's name belongs. The price is the one before discounts where the company keeps it in a flexfield, else the line's
-- own. The freight of an invoice is a line too. One row per line.
-- key: invoice_line_id
with lines as (
    select * from staging.base_oracle__invoice_lines
),

invoices as (
    select * from staging.base_oracle__transactions
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

products as (
    select * from staging.base_oracle__products
),

renamed as (
    select
        invoices.transaction_id || ':' || lines.customer_transaction_line_id as invoice_line_id,
        lines._connection as source,
        invoices.source_id || ':' || lines.customer_transaction_line_id as source_id,
        invoices.transaction_id as invoice_id,
        try_cast(lines.line_number as bigint) as line_number,
        coalesce(fulfillments.order_line_id, named.order_line_id) as order_line_id,
        nullif(trim(fields.crm_line), '') as crm_reference,
        coalesce(products.kind, 'item') as kind,
        cast(null as varchar) as applies_to_line_id,
        products.product_id as product_id,
        try_cast(lines.quantity as decimal(18, 6)) as quantity,
        lines.unit_of_measure as unit,
        coalesce(coalesce(cast(try_cast(fields.unit_list_price as decimal(18, 8)) as decimal(38, 8)), try_cast(fields.unit_list_price as decimal(38, 8))), coalesce(cast(try_cast(lines.unit_selling_price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.unit_selling_price as decimal(38, 8)))) as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        coalesce(cast(try_cast(lines.line_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.line_amount as decimal(38, 4))) as amount,
        invoices.currency as currency,
        lines._deleted or invoices.is_deleted as is_deleted
    from lines
    inner join invoices
        on lines._connection = invoices.source
        and lines._parent = invoices.record_key
    left join fields
        on lines._connection = fields._connection
        and lines._parent = fields._parent
        and lines.customer_transaction_line_id = fields.customer_transaction_line_id
    left join sources
        on lines._connection = sources._connection
        and lines._parent = sources._parent
        and lines.customer_transaction_line_id = sources.customer_transaction_line_id
    left join fulfillments
        on sources._connection = fulfillments.source
        and sources.fulfill_line_id = fulfillments.fulfill_line_id
    left join fulfillments as named
        on sources._connection = named.source
        and sources.delivery_name = named.fulfill_line_id
    left join products
        on lines._connection = products.source
        and lines.item_number = products.code
    union all
    select
        invoices.transaction_id || ':freight' as invoice_line_id,
        invoices.source as source,
        invoices.source_id || ':freight' as source_id,
        invoices.transaction_id as invoice_id,
        cast(null as bigint) as line_number,
        cast(null as varchar) as order_line_id,
        cast(null as varchar) as crm_reference,
        'freight' as kind,
        cast(null as varchar) as applies_to_line_id,
        cast(null as varchar) as product_id,
        cast(null as decimal(18, 6)) as quantity,
        cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        invoices.freight_amount as amount,
        invoices.currency as currency,
        invoices.is_deleted as is_deleted
    from invoices
    where invoices.freight_amount <> 0
)

select * from renamed
