-- NetSuite credit memos and cash refunds. Their invoice is the one that they were made of; made of a return authorization, the one that it was made
-- of, else the only one of its order; else the only one to which they were applied. One row per credit memo.
-- key: credit_note_id
with documents as (
    select * from staging.base_netsuite__documents
    where document = 'credit_note'
),

invoices as (
    select document_id, created_from_id from staging.base_netsuite__documents
    where document = 'invoice' and not is_deleted
),

returns as (
    select document_id, created_from_id from staging.base_netsuite__documents
    where type = 'RtnAuth' and not is_deleted
),

order_invoices as (
    select created_from_id as order_id, min(document_id) as invoice_id
    from invoices
    where created_from_id is not null
    group by created_from_id
    having count(*) = 1
),

applied as (
    select
        _connection || ':' || nextdoc as credit_note_id,
        min(_connection || ':' || previousdoc) as invoice_id
    from staging.base_netsuite__transaction_line_links
    where linktype = 'Payment' and not _deleted
    group by _connection, nextdoc
    having count(distinct previousdoc) = 1
),

found as (
    select
        documents.document_id as document_id,
        coalesce(made_of.document_id, returned.document_id, order_invoices.invoice_id, settled.document_id) as invoice_id
    from documents
    left join invoices as made_of
        on documents.created_from_id = made_of.document_id
    left join returns
        on documents.created_from_id = returns.document_id
    left join invoices as returned
        on returns.created_from_id = returned.document_id
    left join order_invoices
        on returns.created_from_id = order_invoices.order_id
    left join applied
        on documents.document_id = applied.credit_note_id
    left join invoices as settled
        on applied.invoice_id = settled.document_id
),

renamed as (
    select
        documents.document_id as credit_note_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.number as number,
        found.invoice_id as invoice_id,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        documents.document_date as credit_date,
        documents.period_id as period_id,
        case
            when documents.type = 'CashRfnd' and not documents.is_voided then 'refunded'
            when documents.status = 'A' then 'open'
            when documents.status = 'B' then 'fully applied'
            else lower(documents.status)
        end as status,
        documents.is_posted as is_posted,
        documents.is_voided as is_voided,
        documents.total_amount as total_amount,
        documents.tax_amount as tax_amount,
        documents.open_amount as open_amount,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    inner join found
        on documents.document_id = found.document_id
)

select * from renamed
