-- Xero's sales documents in one form: invoices, credit notes and receipts (money received or, is_spent, paid that is coded straight to accounts),
-- with the
-- organisation's currency, the rate turned round, and the company period of their date: Xero has no posting period. One row per document.
-- key: document_id
with invoices as (
    select
        _connection, _key, 'invoice' as document, invoice_number as number, reference, contact_id, date, due_date, status,
        line_amount_types, sub_total, total_tax, total, amount_due as open_amount, currency_code, currency_rate, currency_rate_inverse,
        crm_opportunity, false as is_spent, updated_date_utc, _deleted
    from staging.base_xero__invoices
    where type = 'ACCREC'
),

credit_notes as (
    select
        _connection, _key, 'credit_note' as document, credit_note_number as number, reference, contact_id, date, due_date, status,
        line_amount_types, sub_total, total_tax, total, remaining_credit as open_amount, currency_code, currency_rate, currency_rate_inverse,
        cast(null as varchar) as crm_opportunity, false as is_spent, updated_date_utc, _deleted
    from staging.base_xero__credit_notes
    where type = 'ACCRECCREDIT'
),

receipts as (
    select
        _connection, _key, 'receipt' as document, reference as number, reference, contact_id, date, cast(null as varchar) as due_date, status,
        line_amount_types, sub_total, total_tax, total, cast(null as varchar) as open_amount, currency_code, currency_rate,
        currency_rate_inverse, cast(null as varchar) as crm_opportunity, type = 'SPEND' as is_spent, updated_date_utc, _deleted
    from staging.base_xero__bank_transactions
    where type in ('RECEIVE', 'SPEND')
),

documents as (
    select * from invoices
    union all
    select * from credit_notes
    union all
    select * from receipts
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

periods as (
    select * from staging.stg_tieout__periods
),

typed as (
    select
        documents._connection || ':' || documents._key as document_id,
        documents._connection as _connection,
        documents._key as source_id,
        documents.document as document,
        documents.is_spent as is_spent,
        documents.number as number,
        nullif(trim(documents.reference), '') as reference,
        nullif(trim(documents.crm_opportunity), '') as crm_reference,
        documents._connection || ':' || documents.contact_id as customer_id,
        organisations._connection || ':' || organisations.organisation_id as legal_entity_id,
        organisations.base_currency as base_currency,
        coalesce(documents.currency_code, organisations.base_currency) as currency,
        case
            when coalesce(documents.currency_code, organisations.base_currency) = organisations.base_currency then cast(1 as decimal(18, 10))
            else try_cast(documents.currency_rate_inverse as decimal(18, 10))
        end as exchange_rate,
        try_cast(documents.currency_rate as decimal(18, 10)) as foreign_rate,
        try_cast(substr(documents.date, 1, 10) as date) as document_date,
        try_cast(substr(documents.due_date, 1, 10) as date) as due_date,
        lower(documents.status) as status,
        documents.status in ('AUTHORISED', 'PAID') as is_posted,
        documents.status = 'VOIDED' as is_voided,
        documents.line_amount_types as line_amount_types,
        coalesce(cast(try_cast(documents.total as decimal(18, 4)) as decimal(38, 4)), try_cast(documents.total as decimal(38, 4))) as total_amount,
        coalesce(cast(try_cast(documents.total_tax as decimal(18, 4)) as decimal(38, 4)), try_cast(documents.total_tax as decimal(38, 4))) as tax_amount,
        coalesce(cast(try_cast(documents.open_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(documents.open_amount as decimal(38, 4))) as open_amount,
        try_cast(substr(documents.updated_date_utc, 1, 19) as timestamp) as modified_at,
        documents._deleted or coalesce(documents.status = 'DELETED', false) as is_deleted
    from documents
    left join organisations
        on documents._connection = organisations._connection
),

placed as (
    select typed.*, periods.period_id as period_id
    from typed
    left join periods
        on typed.document_date between periods.start_date and periods.end_date
)

select * from placed
