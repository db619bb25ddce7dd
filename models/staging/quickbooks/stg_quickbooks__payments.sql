-- QuickBooks' payments, sales receipts and refund receipts (negative). A payment without money that only applies credit memos is none. One row per
-- receipt.
-- key: payment_id
with payments as (
    select
        base.*,
        coalesce(coalesce(cast(try_cast(base.total_amt as decimal(18, 4)) as decimal(38, 4)), try_cast(base.total_amt as decimal(38, 4))), 0) as amount,
        coalesce(coalesce(cast(try_cast(base.unapplied_amt as decimal(18, 4)) as decimal(38, 4)), try_cast(base.unapplied_amt as decimal(38, 4))), 0) as unapplied_amount
    from staging.base_quickbooks__payments as base
),

appliers as (
    select distinct _connection, _parent as payment_key from staging.base_quickbooks__payment_linked_txns
    where txn_type = 'CreditMemo'
),

companies as (
    select * from staging.base_quickbooks__companies
),

documents as (
    select * from staging.base_quickbooks__documents
    where document in ('sales_receipt', 'refund_receipt')
),

periods as (
    select * from staging.stg_tieout__periods
),

receipts as (
    select
        payments._connection || ':' || payments._key as payment_id,
        payments._connection as source,
        payments._key as source_id,
        payments.payment_ref_num as number,
        payments._connection || ':' || payments.customer_id as customer_id,
        companies.legal_entity_id as legal_entity_id,
        coalesce(payments.currency_code, companies.home_currency) as currency,
        try_cast(substr(payments.txn_date, 1, 10) as date) as payment_date,
        payments.amount as amount,
        payments.unapplied_amount as unapplied_amount,
        payments.amount = 0 and lower(coalesce(payments.private_note, '')) like '%void%' as is_voided,
        try_cast(substr(payments.create_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(payments.last_updated_time, 1, 19) as timestamp) as modified_at,
        payments._deleted as is_deleted
    from payments
    left join companies
        on payments._connection = companies._connection
    left join appliers
        on payments._connection = appliers._connection
        and payments._key = appliers.payment_key
    where appliers.payment_key is null or payments.amount <> 0
    union all
    select
        documents.document_id as payment_id,
        documents._connection as source,
        documents.source_id as source_id,
        documents.number as number,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.document_date as payment_date,
        case when documents.document = 'sales_receipt' then documents.total_amount else -documents.total_amount end as amount,
        cast(0 as decimal(38, 4)) as unapplied_amount,
        documents.is_voided as is_voided,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
),

renamed as (
    select
        receipts.payment_id as payment_id,
        receipts.source as source,
        receipts.source_id as source_id,
        receipts.number as number,
        receipts.customer_id as customer_id,
        receipts.legal_entity_id as legal_entity_id,
        receipts.currency as currency,
        receipts.payment_date as payment_date,
        periods.period_id as period_id,
        cast(receipts.amount as decimal(38, 4)) as amount,
        cast(receipts.unapplied_amount as decimal(38, 4)) as unapplied_amount,
        receipts.is_voided as is_voided,
        receipts.created_at as created_at,
        receipts.modified_at as modified_at,
        receipts.is_deleted as is_deleted
    from receipts
    left join periods
        on receipts.payment_date between periods.start_date and periods.end_date
)

select * from renamed
