-- What NetSuite posted to income accounts, line by line, in the primary accounting book: credits positive. What is neither of an invoice nor of a
-- credit memo (a journal, a deposit or check that is coded to income) is a journal. One row per posting line.
-- key: revenue_entry_id
with income_lines as (
    select * from staging.base_netsuite__income_lines
),

-- The commercial lines alone are lines of invoices and credit memos.
lines as (
    select line_id from staging.base_netsuite__document_lines
),

recognitions as (
    select * from staging.base_netsuite__recognitions
),

renamed as (
    select
        income_lines.entry_id as revenue_entry_id,
        income_lines._connection as source,
        income_lines.source_id as source_id,
        case
            when income_lines.document in ('invoice', 'credit_note') then income_lines.document
            when recognitions.line_id is not null then 'recognition'
            else 'journal'
        end as kind,
        income_lines.document_id as document_id,
        income_lines.document_number as document_number,
        case when income_lines.document = 'invoice' then lines.line_id else recognitions.invoice_line_id end as invoice_line_id,
        case when income_lines.document = 'credit_note' then lines.line_id end as credit_note_line_id,
        income_lines.customer_id as customer_id,
        income_lines.legal_entity_id as legal_entity_id,
        income_lines.account as account,
        income_lines.posting_date as posting_date,
        income_lines.period_id as period_id,
        coalesce(recognitions.amount, income_lines.amount) as amount,
        coalesce(recognitions.currency, income_lines.currency) as currency,
        income_lines.base_amount as base_amount,
        income_lines.base_currency as base_currency,
        income_lines.memo as memo,
        income_lines.created_at as created_at,
        income_lines.is_deleted as is_deleted
    from income_lines
    left join lines
        on income_lines.line_id = lines.line_id
    left join recognitions
        on income_lines.line_id = recognitions.line_id
)

select * from renamed
