-- The lines of Oracle invoices by invoice and number, as distributions name them, with the ids that they have elsewhere. One row per line.
-- key: invoice_line_id
with lines as (
    select * from staging.base_oracle__invoice_lines
),

invoices as (
    select * from staging.base_oracle__transactions
    where document = 'invoice'
),

renamed as (
    select
        invoices.transaction_id || ':' || lines.customer_transaction_line_id as invoice_line_id,
        lines._connection as source,
        lines._parent as invoice_key,
        invoices.transaction_id as invoice_id,
        lines.line_number as line_number,
        lines.customer_transaction_line_id as transaction_line_id
    from lines
    inner join invoices
        on lines._connection = invoices.source
        and lines._parent = invoices.record_key
)

select * from renamed
