-- The lines on customers' accounts. A journal entry's number is one in its company code and fiscal year alone: what a line settles and what
-- cleared it are told with their years (a clearing that was read before its year was: the year of its day). Debits positive. One row per line.
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
        receivables._connection || ':' || receivables.company_code || '/' || nullif(receivables.invoice_reference_fiscal_year, '0000') || '/'
            || nullif(coalesce(cast(try_cast(receivables.invoice_reference as bigint) as varchar), receivables.invoice_reference), '') as settles_journal_id,
        nullif(try_cast(receivables.invoice_item_reference as integer), 0) as settles_item,
        try_cast(receivables.accounting_document_item as integer) as item_number,
        nullif(coalesce(cast(try_cast(receivables.clearing_accounting_document as bigint) as varchar), receivables.clearing_accounting_document), '') as clearing_journal,
        receivables._connection || ':' || receivables.company_code || '/'
            || coalesce(nullif(receivables.clearing_doc_fiscal_year, '0000'), substr(receivables.clearing_date, 1, 4)) || '/'
            || nullif(coalesce(cast(try_cast(receivables.clearing_accounting_document as bigint) as varchar), receivables.clearing_accounting_document), '') as clearing_journal_id,
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
