-- Oracle receivables invoices, each with the order that all its lines name, by accounting date. One row per invoice.
-- key: invoice_id
with invoices as (
    select * from staging.base_oracle__transactions
    where document = 'invoice'
),

fields as (
    select _connection, _parent, min(crm_opportunity) as crm_opportunity, min(channel) as channel
    from staging.base_oracle__invoice_fields
    where not _deleted
    group by _connection, _parent
),

numbered as (
    select source, number, min(order_id) as order_id
    from staging.base_oracle__current_orders
    group by source, number
    having count(*) = 1
),

invoice_orders as (
    select lines._connection, lines._parent, min(numbered.order_id) as order_id
    from staging.base_oracle__invoice_lines as lines
    inner join numbered
        on lines._connection = numbered.source
        and lines.sales_order = numbered.number
    where not lines._deleted
    group by lines._connection, lines._parent
    having count(distinct numbered.order_id) = 1
),

renamed as (
    select
        invoices.transaction_id as invoice_id,
        invoices.source as source,
        invoices.source_id as source_id,
        invoices.number as number,
        invoice_orders.order_id as order_id,
        nullif(trim(fields.crm_opportunity), '') as crm_reference,
        invoices.customer_id as customer_id,
        invoices.legal_entity_id as legal_entity_id,
        invoices.currency as currency,
        invoices.exchange_rate as exchange_rate,
        invoices.transaction_date as invoice_date,
        invoices.due_date as due_date,
        invoices.period_id as period_id,
        invoices.status as status,
        lower(fields.channel) as channel,
        invoices.is_posted as is_posted,
        invoices.is_voided as is_voided,
        invoices.total_amount as total_amount,
        invoices.tax_amount as tax_amount,
        invoices.open_amount as open_amount,
        invoices.created_at as created_at,
        invoices.modified_at as modified_at,
        invoices.is_deleted as is_deleted
    from invoices
    left join fields
        on invoices.source = fields._connection
        and invoices.record_key = fields._parent
    left join invoice_orders
        on invoices.source = invoice_orders._connection
        and invoices.record_key = invoice_orders._parent
)

select * from renamed
