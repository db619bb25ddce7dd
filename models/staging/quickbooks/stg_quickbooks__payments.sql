-- QuickBooks' payments, sales receipts, refund receipts (negative), what was taken when an invoice was written, and deposits that were put to the
-- receivables. A payment without money that only applies credit memos or deposits is none. One row per receipt.
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
    where txn_type in ('CreditMemo', 'Deposit')
),

companies as (
    select * from staging.base_quickbooks__companies
),

documents as (
    select * from staging.base_quickbooks__documents
    where document in ('sales_receipt', 'refund_receipt') or deposit_amount <> 0
),

deposits as (
    select base.*, received.customer_key as customer_key, received.amount as amount
    from staging.base_quickbooks__deposits as base
    inner join staging.base_quickbooks__receivable_deposits as received
        on base._connection = received._connection
        and base._key = received.deposit_key
),

used_deposits as (
    select _connection, deposit_key, sum(amount) as amount
    from staging.base_quickbooks__settlements
    where deposit_key is not null
    group by _connection, deposit_key
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
        documents.document_id || case when documents.document = 'invoice' then ':deposit' else '' end as payment_id,
        documents._connection as source,
        documents.source_id || case when documents.document = 'invoice' then ':deposit' else '' end as source_id,
        documents.number as number,
        documents.customer_id as customer_id,
        documents.legal_entity_id as legal_entity_id,
        documents.currency as currency,
        documents.document_date as payment_date,
        case documents.document
            when 'invoice' then documents.deposit_amount
            when 'sales_receipt' then documents.total_amount
            else -documents.total_amount
        end as amount,
        cast(0 as decimal(38, 4)) as unapplied_amount,
        documents.is_voided as is_voided,
        documents.created_at as created_at,
        documents.modified_at as modified_at,
        documents.is_deleted as is_deleted
    from documents
    union all
    select
        deposits._connection || ':' || deposits._key as payment_id,
        deposits._connection as source,
        deposits._key as source_id,
        deposits.doc_number as number,
        deposits._connection || ':' || deposits.customer_key as customer_id,
        companies.legal_entity_id as legal_entity_id,
        coalesce(deposits.currency_code, companies.home_currency) as currency,
        try_cast(substr(deposits.txn_date, 1, 10) as date) as payment_date,
        deposits.amount as amount,
        deposits.amount - coalesce(used_deposits.amount, 0) as unapplied_amount,
        false as is_voided,
        try_cast(substr(deposits.create_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(deposits.last_updated_time, 1, 19) as timestamp) as modified_at,
        deposits._deleted as is_deleted
    from deposits
    left join companies
        on deposits._connection = companies._connection
    left join used_deposits
        on deposits._connection = used_deposits._connection
        and deposits._key = used_deposits.deposit_key
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
