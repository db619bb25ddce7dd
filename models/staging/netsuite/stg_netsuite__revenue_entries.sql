-- What NetSuite posted to income accounts, line by line, in the primary accounting book: credits positive. One row per posting line.
-- key: revenue_entry_id
with accounting_lines as (
    select * from staging.base_netsuite__transaction_accounting_lines
    where coalesce(accountingbook, '1') = '1' and posting = 'T'
),

accounts as (
    select * from staging.base_netsuite__accounts
    where accttype in ('Income', 'OthIncome')
),

lines as (
    select * from staging.base_netsuite__document_lines
),

documents as (
    select * from staging.base_netsuite__documents
),

recognitions as (
    select * from staging.base_netsuite__recognitions
),

-- Put together first: what is joined by two texts put together is hard to foresee, and the lines would be what is kept in memory.
told_lines as (
    select
        lines.line_id, lines.document_id, lines.customer_id, lines.legal_entity_id, lines.amount, lines.is_deleted,
        recognitions.line_id is not null as is_recognition,
        recognitions.invoice_line_id as recognised_line_id,
        recognitions.amount as recognised_amount,
        recognitions.currency as recognised_currency
    from lines
    left join recognitions
        on lines.line_id = recognitions.line_id
),

subsidiaries as (
    select * from staging.base_netsuite__subsidiaries
),

currencies as (
    select * from staging.base_netsuite__currencies
),

editions as (
    select * from staging.base_netsuite__editions
),

renamed as (
    select
        accounting_lines._connection || ':' || accounting_lines._key as revenue_entry_id,
        accounting_lines._connection as source,
        accounting_lines._key as source_id,
        case
            when documents.type = 'CustInvc' then 'invoice'
            when documents.type = 'CustCred' then 'credit_note'
            when lines.is_recognition then 'recognition'
            else 'journal'
        end as kind,
        documents.document_id as document_id,
        documents.number as document_number,
        case when documents.type = 'CustInvc' then lines.line_id else lines.recognised_line_id end as invoice_line_id,
        case when documents.type = 'CustCred' then lines.line_id end as credit_note_line_id,
        coalesce(lines.customer_id, documents.customer_id) as customer_id,
        coalesce(lines.legal_entity_id, documents.legal_entity_id) as legal_entity_id,
        accounts.acctnumber as account,
        documents.document_date as posting_date,
        documents.period_id as period_id,
        coalesce(lines.recognised_amount, -lines.amount) as amount,
        coalesce(lines.recognised_currency, documents.currency) as currency,
        coalesce(coalesce(cast(try_cast(accounting_lines.credit as decimal(18, 4)) as decimal(38, 4)), try_cast(accounting_lines.credit as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(accounting_lines.debit as decimal(18, 4)) as decimal(38, 4)), try_cast(accounting_lines.debit as decimal(38, 4))), 0) as base_amount,
        coalesce(currencies.symbol, editions.base_currency) as base_currency,
        documents.memo as memo,
        documents.created_at as created_at,
        (accounting_lines._deleted or lines.is_deleted or documents.is_deleted or documents.is_voided) as is_deleted
    from accounting_lines
    inner join accounts
        on accounting_lines._connection = accounts._connection
        and accounting_lines.account = accounts.id
    inner join told_lines as lines
        on accounting_lines._connection || ':' || accounting_lines.transaction || ':' || accounting_lines.transactionline = lines.line_id
    inner join documents
        on lines.document_id = documents.document_id
    left join subsidiaries
        on coalesce(lines.legal_entity_id, documents.legal_entity_id) = subsidiaries._connection || ':' || subsidiaries.id
    left join currencies
        on subsidiaries._connection = currencies._connection
        and subsidiaries.currency = currencies.id
    left join editions
        on accounting_lines._connection = editions.connection
)

select * from renamed
