-- What settled each Xero invoice: a payment, or an allocation of a credit note, an overpayment or a prepayment. One row per payment or allocation.
-- key: payment_application_id
with payments as (
    select * from staging.base_xero__payments
    where payment_type = 'ACCRECPAYMENT'
),

batches as (
    select _connection, batch_payment_id from staging.base_xero__batch_payments
    where type = 'RECBATCH'
),

allocations as (
    select
        _connection, _key, cast(null as varchar) as payment_key, _parent as credit_note_key, invoice_id, date, amount, is_deleted, _deleted
    from staging.base_xero__credit_note_allocations
    union all
    select
        _connection, _key, _parent as payment_key, cast(null as varchar) as credit_note_key, invoice_id, date, amount, is_deleted, _deleted
    from staging.base_xero__overpayment_allocations
    union all
    select
        _connection, _key, _parent as payment_key, cast(null as varchar) as credit_note_key, invoice_id, date, amount, is_deleted, _deleted
    from staging.base_xero__prepayment_allocations
),

invoices as (
    select * from staging.base_xero__documents
    where document = 'invoice'
),

settled as (
    select
        payments._connection as _connection,
        payments.payment_id as source_id,
        coalesce(batches.batch_payment_id, payments.payment_id) as payment_key,
        cast(null as varchar) as credit_note_key,
        payments.invoice_id as invoice_id,
        payments.date as date,
        payments.amount as amount,
        payments._deleted or coalesce(payments.status = 'DELETED', false) as is_deleted
    from payments
    left join batches
        on payments._connection = batches._connection
        and payments.batch_payment_id = batches.batch_payment_id
    union all
    select
        allocations._connection as _connection,
        allocations._key as source_id,
        allocations.payment_key as payment_key,
        allocations.credit_note_key as credit_note_key,
        allocations.invoice_id as invoice_id,
        allocations.date as date,
        allocations.amount as amount,
        allocations._deleted or coalesce(allocations.is_deleted = 'true', false) as is_deleted
    from allocations
),

renamed as (
    select
        settled._connection || ':' || settled.source_id as payment_application_id,
        settled._connection as source,
        settled.source_id as source_id,
        settled._connection || ':' || settled.payment_key as payment_id,
        settled._connection || ':' || settled.credit_note_key as credit_note_id,
        invoices.document_id as invoice_id,
        try_cast(substr(settled.date, 1, 10) as date) as applied_date,
        coalesce(cast(try_cast(settled.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(settled.amount as decimal(38, 4))) as amount,
        invoices.currency as currency,
        settled.is_deleted as is_deleted
    from settled
    inner join invoices
        on settled._connection || ':' || settled.invoice_id = invoices.document_id
)

select * from renamed
