-- The lines on customers' accounts, with documents by their number without zeros in front. Debits positive. One row per line.
-- key: item_id
with receivables as (
    select * from staging.base_sap__receivables
),

typed as (
    select
        receivables._connection as source,
        receivables._key as source_id,
        receivables._connection || ':' || receivables._key as item_id,
        receivables.company_code as company_code,
        receivables._connection || ':' || receivables.company_code || '/' || receivables.fiscal_year || '/'
            || coalesce(cast(try_cast(receivables.accounting_document as bigint) as varchar), receivables.accounting_document) as journal_id,
        coalesce(cast(try_cast(receivables.accounting_document as bigint) as varchar), receivables.accounting_document) as journal_number,
        receivables.accounting_document_type as document_type,
        receivables._connection || ':billing/' || nullif(coalesce(cast(try_cast(receivables.billing_document as bigint) as varchar), receivables.billing_document), '') as billing_id,
        receivables._connection || ':' || nullif(coalesce(cast(try_cast(receivables.customer as bigint) as varchar), receivables.customer), '') as customer_id,
        nullif(coalesce(cast(try_cast(receivables.invoice_reference as bigint) as varchar), receivables.invoice_reference), '') as settles_journal,
        nullif(coalesce(cast(try_cast(receivables.clearing_accounting_document as bigint) as varchar), receivables.clearing_accounting_document), '') as clearing_journal,
        try_cast(substr(receivables.clearing_date, 1, 10) as date) as clearing_date,
        coalesce(receivables.is_cleared = 'true', false) as is_cleared,
        nullif(coalesce(cast(try_cast(receivables.reverse_document as bigint) as varchar), receivables.reverse_document), '') is not null as is_reversal,
        coalesce(coalesce(cast(try_cast(receivables.amount_in_transaction_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(receivables.amount_in_transaction_currency as decimal(38, 4))), 0) as amount,
        receivables.transaction_currency as currency,
        try_cast(substr(receivables.posting_date, 1, 10) as date) as posting_date,
        try_cast(substr(receivables.accounting_document_creation_date, 1, 10) || ' 00:00:00' as timestamp) as created_at,
        receivables._deleted as is_deleted
    from receivables
)

select * from typed
