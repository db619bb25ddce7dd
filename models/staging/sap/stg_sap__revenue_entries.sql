-- What SAP posted to income accounts, by posting date: billing documents item by item, event-based revenue recognition, and journals. A
-- billing document that was cancelled within its period is left out together with the one that cancels it; in another period both stay, as
-- entries of the document that was cancelled. Credits are positive. One row per billing item and account, or per journal entry item.
-- key: revenue_entry_id
with entries as (
    select * from staging.base_sap__income_entries
),

invoice_revenue as (
    select * from staging.base_sap__invoice_revenue
),

recognitions as (
    select * from staging.base_sap__recognitions
),

documents as (
    select * from staging.base_sap__documents
),

cancelling as (
    select cancelled_id as document_id, min(period_id) as period_id
    from documents
    where cancelled_id is not null and not is_deleted
    group by cancelled_id
),

periods as (
    select * from staging.stg_tieout__periods
),

billed as (
    select
        invoice_revenue.revenue_entry_id as revenue_entry_id,
        entries.source as source,
        substr(invoice_revenue.revenue_entry_id, length(entries.source) + 2) as source_id,
        case when entries.category in ('O', 'S') then 'credit_note' else 'invoice' end as kind,
        coalesce(entries.cancelled_id, entries.document_id) as document_id,
        entries.document_number as document_number,
        case when entries.category in ('M', 'P') then invoice_revenue.line_id end as invoice_line_id,
        case when entries.category = 'O' then invoice_revenue.line_id end as credit_note_line_id,
        entries.document_customer_id as customer_id,
        entries.legal_entity_id as legal_entity_id,
        entries.account as account,
        entries.posting_date as posting_date,
        invoice_revenue.amount as amount,
        entries.currency as currency,
        invoice_revenue.base_amount as base_amount,
        entries.base_currency as base_currency,
        entries.memo as memo,
        entries.created_at as created_at,
        entries.is_deleted as is_deleted
    from invoice_revenue
    inner join entries
        on invoice_revenue.entry_id = entries.entry_id
),

others as (
    select
        entries.entry_id as revenue_entry_id,
        entries.source as source,
        entries.source_id as source_id,
        case when entries.is_recognition then 'recognition' else 'journal' end as kind,
        coalesce(entries.cancelled_id, entries.document_id, entries.journal_id) as document_id,
        coalesce(entries.document_number, entries.journal_number) as document_number,
        case when recognitions.category in ('M', 'P') then recognitions.line_id end as invoice_line_id,
        case when recognitions.category = 'O' then recognitions.line_id end as credit_note_line_id,
        coalesce(entries.customer_id, entries.document_customer_id) as customer_id,
        entries.legal_entity_id as legal_entity_id,
        entries.account as account,
        entries.posting_date as posting_date,
        entries.amount as amount,
        entries.currency as currency,
        entries.base_amount as base_amount,
        entries.base_currency as base_currency,
        entries.memo as memo,
        entries.created_at as created_at,
        entries.is_deleted as is_deleted
    from entries
    left join recognitions
        on entries.entry_id = recognitions.entry_id
    where not (entries.is_billing and entries.document_id is not null)
),

united as (
    select * from billed
    union all
    select * from others
),

placed as (
    select united.*, periods.period_id as period_id, cancelling.period_id as cancelled_in
    from united
    left join periods
        on united.posting_date between periods.start_date and periods.end_date
    left join cancelling
        on united.document_id = cancelling.document_id
),

cancelled as (
    select document_id, min(period_id) as billed_in
    from documents
    where is_cancelled
    group by document_id
),

renamed as (
    select
        placed.revenue_entry_id as revenue_entry_id,
        placed.source as source,
        placed.source_id as source_id,
        placed.kind as kind,
        placed.document_id as document_id,
        placed.document_number as document_number,
        placed.invoice_line_id as invoice_line_id,
        placed.credit_note_line_id as credit_note_line_id,
        placed.customer_id as customer_id,
        placed.legal_entity_id as legal_entity_id,
        placed.account as account,
        placed.posting_date as posting_date,
        placed.period_id as period_id,
        cast(placed.amount as decimal(38, 4)) as amount,
        placed.currency as currency,
        cast(placed.base_amount as decimal(38, 4)) as base_amount,
        placed.base_currency as base_currency,
        placed.memo as memo,
        placed.created_at as created_at,
        placed.is_deleted or coalesce(placed.cancelled_in = cancelled.billed_in, false) as is_deleted
    from placed
    left join cancelled
        on placed.document_id = cancelled.document_id
)

select * from renamed
