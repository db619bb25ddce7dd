-- What settled each NetSuite invoice: a share of a payment, of a deposit (by its deposit application, which is the payment itself where it names no
-- deposit) or of a credit memo, the invoice's own payment items, or a cash sale itself.
-- One row per link, invoice with payment items or cash sale.
-- key: payment_application_id
with links as (
    select * from staging.base_netsuite__transaction_line_links
    where linktype = 'Payment'
),

settling as (
    select * from staging.base_netsuite__documents
    where type in ('CustPymt', 'CustCred', 'DepAppl')
),

deposits as (
    select document_id from staging.base_netsuite__documents
    where type = 'CustDep'
),

cash_sales as (
    select * from staging.base_netsuite__documents
    where type = 'CashSale' and not is_voided
),

invoices as (
    select * from staging.base_netsuite__documents
    where type = 'CustInvc' and is_posted and received_amount <> 0
),

renamed as (
    select
        links._connection || ':' || links._key as payment_application_id,
        links._connection as source,
        links._key as source_id,
        case
            when settling.type = 'CustPymt' then settling.document_id
            when settling.type = 'DepAppl' then coalesce(deposits.document_id, settling.document_id)
        end as payment_id,
        case when settling.type = 'CustCred' then settling.document_id end as credit_note_id,
        links._connection || ':' || links.previousdoc as invoice_id,
        settling.document_date as applied_date,
        abs(coalesce(cast(try_cast(links.foreignamount as decimal(18, 4)) as decimal(38, 4)), try_cast(links.foreignamount as decimal(38, 4)))) as amount,
        settling.currency as currency,
        links._deleted or settling.is_deleted or settling.is_voided as is_deleted
    from links
    inner join settling
        on links._connection || ':' || links.nextdoc = settling.document_id
    left join deposits
        on settling.created_from_id = deposits.document_id
    union all
    select
        cash_sales.document_id || ':paid' as payment_application_id,
        cash_sales.source as source,
        cash_sales.source_id || ':paid' as source_id,
        cash_sales.document_id as payment_id,
        cast(null as varchar) as credit_note_id,
        cash_sales.document_id as invoice_id,
        cash_sales.document_date as applied_date,
        cash_sales.total_amount as amount,
        cash_sales.currency as currency,
        cash_sales.is_deleted as is_deleted
    from cash_sales
    union all
    select
        invoices.document_id || ':received' as payment_application_id,
        invoices.source as source,
        invoices.source_id || ':received' as source_id,
        invoices.document_id || ':received' as payment_id,
        cast(null as varchar) as credit_note_id,
        invoices.document_id as invoice_id,
        invoices.document_date as applied_date,
        invoices.received_amount as amount,
        invoices.currency as currency,
        invoices.is_deleted as is_deleted
    from invoices
)

select * from renamed
