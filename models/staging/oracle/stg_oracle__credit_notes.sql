-- Oracle receivables credit memos, signs turned: what the customer gets back is positive. The invoice is the only one to which it is applied, or that
-- it names in a flexfield of the company's. One row per credit memo.
-- key: credit_note_id
with credit_memos as (
    select * from staging.base_oracle__transactions
    where document = 'credit_note'
),

applications as (
    select credit_note_id, min(invoice_id) as invoice_id
    from staging.stg_oracle__payment_applications
    where credit_note_id is not null and not is_deleted
    group by credit_note_id
    having count(distinct invoice_id) = 1
),

fields as (
    select _connection, _parent, min(credited_invoice) as credited_invoice
    from staging.base_oracle__credit_memo_fields
    where not _deleted
    group by _connection, _parent
),

invoices as (
    select source, number, min(transaction_id) as invoice_id
    from staging.base_oracle__transactions
    where document = 'invoice' and not is_deleted
    group by source, number
    having count(*) = 1
),

renamed as (
    select
        credit_memos.transaction_id as credit_note_id,
        credit_memos.source as source,
        credit_memos.source_id as source_id,
        credit_memos.number as number,
        coalesce(applications.invoice_id, invoices.invoice_id) as invoice_id,
        credit_memos.customer_id as customer_id,
        credit_memos.legal_entity_id as legal_entity_id,
        credit_memos.currency as currency,
        credit_memos.exchange_rate as exchange_rate,
        credit_memos.transaction_date as credit_date,
        credit_memos.period_id as period_id,
        credit_memos.status as status,
        credit_memos.is_posted as is_posted,
        credit_memos.is_voided as is_voided,
        -credit_memos.total_amount as total_amount,
        -credit_memos.tax_amount as tax_amount,
        -credit_memos.open_amount as open_amount,
        credit_memos.created_at as created_at,
        credit_memos.modified_at as modified_at,
        credit_memos.is_deleted as is_deleted
    from credit_memos
    left join applications
        on credit_memos.transaction_id = applications.credit_note_id
    left join fields
        on credit_memos.source = fields._connection
        and credit_memos.record_key = fields._parent
    left join invoices
        on fields._connection = invoices.source
        and fields.credited_invoice = invoices.number
)

select * from renamed
