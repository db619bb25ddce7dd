-- The lines of Oracle's receivables invoices and credit memos alike, with their sign, and the freight of each as one more. One row per line.
-- key: line_id
with transactions as (
    select * from staging.base_oracle__transactions
),

products as (
    select * from staging.base_oracle__products
),

lines as (
    select
        'invoice' as document, _connection, _parent, customer_transaction_line_id, line_number, item_number, quantity, unit_of_measure,
        unit_selling_price, line_amount, _deleted
    from staging.base_oracle__invoice_lines
    union all
    select
        'credit_note' as document, _connection, _parent, customer_transaction_line_id, line_number, item_number,
        line_quantity_credit as quantity, unit_of_measure, unit_selling_price, line_amount_credit as line_amount, _deleted
    from staging.base_oracle__credit_memo_lines
),

listed as (
    select
        transactions.transaction_id as transaction_id,
        transactions.document as document,
        transactions.source as source,
        transactions.source_id as transaction_source_id,
        lines._parent as record_key,
        lines.customer_transaction_line_id as line_key,
        try_cast(lines.line_number as bigint) as line_number,
        coalesce(products.kind, 'item') as kind,
        products.product_id as product_id,
        try_cast(lines.quantity as decimal(18, 6)) as quantity,
        lines.unit_of_measure as unit,
        coalesce(cast(try_cast(lines.unit_selling_price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.unit_selling_price as decimal(38, 8))) as unit_price,
        coalesce(cast(try_cast(lines.line_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.line_amount as decimal(38, 4))) as amount,
        transactions.currency as currency,
        lines._deleted or transactions.is_deleted as is_deleted
    from lines
    inner join transactions
        on lines.document = transactions.document
        and lines._connection = transactions.source
        and lines._parent = transactions.record_key
    left join products
        on lines._connection = products.source
        and lines.item_number = products.code
    union all
    select
        transaction_id, document, source, source_id as transaction_source_id, record_key, 'freight' as line_key,
        cast(null as bigint) as line_number, 'freight' as kind, cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity,
        cast(null as varchar) as unit, cast(null as decimal(38, 8)) as unit_price, freight_amount as amount, currency, is_deleted
    from transactions
    where freight_amount <> 0
),

renamed as (
    select
        listed.transaction_id || ':' || listed.line_key as line_id,
        listed.transaction_source_id || ':' || listed.line_key as source_id,
        listed.*
    from listed
)

select * from renamed
