-- What NetSuite posted to income accounts in the primary accounting book, of whatever type of transaction and kind of line (the first line of a
-- journal may be its main line): credits positive, in the transaction's currency and in the subsidiary's. A line that names no amount in the
-- transaction's currency is in the subsidiary's, and so is what moves the books alone (a gain from rates: 0 in the transaction's currency).
-- One row per posting line.
-- key: entry_id
with postings as (
    select * from staging.base_netsuite__transaction_accounting_lines
    where coalesce(accountingbook, '1') = '1' and posting = 'T'
),

accounts as (
    select * from staging.base_netsuite__accounts
    where accttype in ('Income', 'OthIncome')
),

earned as (
    select
        postings._connection, postings._key, postings.transaction, postings.transactionline, postings._deleted,
        accounts.acctnumber as account,
        coalesce(coalesce(cast(try_cast(postings.credit as decimal(18, 4)) as decimal(38, 4)), try_cast(postings.credit as decimal(38, 4))), 0)
            - coalesce(coalesce(cast(try_cast(postings.debit as decimal(18, 4)) as decimal(38, 4)), try_cast(postings.debit as decimal(38, 4))), 0) as base_amount
    from postings
    inner join accounts
        on postings._connection = accounts._connection
        and postings.account = accounts.id
),

lines as (
    select * from staging.base_netsuite__transaction_lines
),

customers as (
    select _connection || ':' || id as customer_id from staging.base_netsuite__customers
),

documents as (
    select * from staging.base_netsuite__documents
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

placed as (
    select
        earned._connection || ':' || earned._key as entry_id,
        earned._connection as _connection,
        earned._key as source_id,
        lines._connection || ':' || lines._key as line_id,
        lines._connection || ':' || lines.transaction as document_id,
        lines._connection || ':' || lines.entity as entity_id,
        case when lines.subsidiary is not null then lines._connection || ':' || lines.subsidiary end as subsidiary_id,
        lines.revenueelement as revenue_element,
        earned.account as account,
        -(coalesce(cast(try_cast(lines.foreignamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.foreignamount as decimal(38, 4)))) as foreign_amount,
        earned.base_amount as base_amount,
        earned._deleted or lines._deleted as is_deleted
    from earned
    inner join lines
        on earned._connection = lines._connection
        and earned.transaction = lines.transaction
        and earned.transactionline = lines.id
),

owned as (
    select
        placed.*,
        documents.type as type,
        documents.document as document,
        documents.number as document_number,
        documents.document_date as posting_date,
        documents.period_id as period_id,
        documents.currency as currency,
        documents.is_posted as is_posted,
        documents.is_voided as is_voided,
        documents.is_voided_to_zero as is_voided_to_zero,
        documents.memo as memo,
        documents.created_at as created_at,
        documents.is_deleted as is_document_deleted,
        case when documents.document in ('invoice', 'credit_note') then documents.customer_id end as billed_id,
        documents.customer_id as document_entity_id,
        case
            when documents.is_of_one_entity then documents.legal_entity_id
            else coalesce(placed.subsidiary_id, documents.legal_entity_id)
        end as legal_entity_id
    from placed
    inner join documents
        on placed.document_id = documents.document_id
),

told as (
    select
        owned.*,
        owned.foreign_amount is null
            or (owned.document = 'other' and owned.foreign_amount = 0 and owned.base_amount <> 0) as is_in_base
    from owned
),

named as (
    select
        told.entry_id as entry_id,
        told._connection as _connection,
        told.source_id as source_id,
        told.line_id as line_id,
        told.document_id as document_id,
        told.type as type,
        told.document as document,
        told.document_number as document_number,
        -- A journal's line may name a vendor or an employee.
        coalesce(line_customers.customer_id, told.billed_id, document_customers.customer_id) as customer_id,
        told.legal_entity_id as legal_entity_id,
        told.revenue_element as revenue_element,
        told.account as account,
        told.posting_date as posting_date,
        told.period_id as period_id,
        cast(case when told.is_in_base then told.base_amount else told.foreign_amount end as decimal(38, 4)) as amount,
        case
            when told.is_in_base then coalesce(currencies.symbol, editions.base_currency)
            else told.currency
        end as currency,
        cast(told.base_amount as decimal(38, 4)) as base_amount,
        coalesce(currencies.symbol, editions.base_currency) as base_currency,
        told.memo as memo,
        told.created_at as created_at,
        told.is_posted as is_posted,
        told.is_voided as is_voided,
        -- What is voided without a journal has lines of zeros from then on, of which the copies here may be older than the document; voided by
        -- a journal, both stay in the books.
        told.is_deleted or told.is_document_deleted or told.is_voided_to_zero
            or (told.is_voided and told.base_amount = 0 and coalesce(told.foreign_amount, 0) = 0) as is_deleted
    from told
    left join customers as line_customers
        on told.entity_id = line_customers.customer_id
    left join customers as document_customers
        on told.document_entity_id = document_customers.customer_id
    left join subsidiaries
        on told.legal_entity_id = subsidiaries._connection || ':' || subsidiaries.id
    left join currencies
        on subsidiaries._connection = currencies._connection
        and subsidiaries.currency = currencies.id
    left join editions
        on told._connection = editions.connection
)

select * from named
