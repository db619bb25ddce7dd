-- What Oracle posted to revenue: distributions of invoices and credit memos on revenue accounts; in place of them, for lines that Revenue
-- Management accounts for, what it recognised; and journals of the general ledger. Credits are positive.
-- One row per distribution, satisfaction event or journal line.
-- key: revenue_entry_id
with transactions as (
    select * from staging.base_oracle__transactions
),

recognitions as (
    select * from staging.base_oracle__recognitions
),

credit_lines as (
    select _connection, _parent, line_number, min(customer_transaction_line_id) as transaction_line_id
    from staging.base_oracle__credit_memo_lines
    group by _connection, _parent, line_number
),

invoiced as (
    select * from staging.base_oracle__invoice_revenue
),

credited as (
    select
        distributions._connection, distributions._parent, distributions.distribution_id, distributions.account_combination,
        distributions.amount, distributions.accounted_amount, distributions._deleted,
        case when distributions.account_class = 'Freight' then 'freight' else credit_lines.transaction_line_id end as credit_note_line_id
    from staging.base_oracle__revenue_distributions as distributions
    left join credit_lines
        on distributions._connection = credit_lines._connection
        and distributions._parent = credit_lines._parent
        and distributions.line_number = credit_lines.line_number
    where distributions.document = 'credit_note'
),

currencies as (
    select * from staging.stg_tieout__currencies
),

periods as (
    select * from staging.stg_tieout__periods
),

united as (
    select
        invoiced.distribution_id as revenue_entry_id,
        invoiced.source as source,
        invoiced.source_id as source_id,
        invoiced.kind as kind,
        invoiced.invoice_id as document_id,
        transactions.number as document_number,
        invoiced.invoice_line_id as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        transactions.customer_id as customer_id,
        transactions.legal_entity_id as legal_entity_id,
        invoiced.account as account,
        invoiced.posting_date as posting_date,
        coalesce(cast(try_cast(invoiced.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(invoiced.amount as decimal(38, 4))) as amount,
        transactions.currency as currency,
        coalesce(cast(try_cast(invoiced.base_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(invoiced.base_amount as decimal(38, 4))) as base_amount,
        transactions.base_currency as base_currency,
        cast(null as varchar) as memo,
        transactions.created_at as created_at,
        invoiced.is_deleted or transactions.is_deleted as is_deleted
    from invoiced
    inner join transactions
        on invoiced.invoice_id = transactions.transaction_id
    where transactions.is_posted
    union all
    select
        credited._connection || ':' || credited.distribution_id as revenue_entry_id,
        credited._connection as source,
        credited.distribution_id as source_id,
        'credit_note' as kind,
        transactions.transaction_id as document_id,
        transactions.number as document_number,
        cast(null as varchar) as invoice_line_id,
        transactions.transaction_id || ':' || credited.credit_note_line_id as credit_note_line_id,
        transactions.customer_id as customer_id,
        transactions.legal_entity_id as legal_entity_id,
        credited.account_combination as account,
        transactions.accounting_date as posting_date,
        coalesce(cast(try_cast(credited.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(credited.amount as decimal(38, 4))) as amount,
        transactions.currency as currency,
        coalesce(cast(try_cast(credited.accounted_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(credited.accounted_amount as decimal(38, 4))) as base_amount,
        transactions.base_currency as base_currency,
        cast(null as varchar) as memo,
        transactions.created_at as created_at,
        credited._deleted or transactions.is_deleted as is_deleted
    from credited
    inner join transactions
        on credited._connection = transactions.source
        and credited._parent = transactions.record_key
        and transactions.document = 'credit_note'
    where transactions.is_posted
    union all
    select
        recognitions.recognition_id as revenue_entry_id,
        recognitions.source as source,
        recognitions.event_id as source_id,
        'recognition' as kind,
        transactions.transaction_id as document_id,
        transactions.number as document_number,
        recognitions.invoice_line_id as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        transactions.customer_id as customer_id,
        transactions.legal_entity_id as legal_entity_id,
        cast(null as varchar) as account,
        recognitions.posting_date as posting_date,
        recognitions.amount as amount,
        transactions.currency as currency,
        case currencies.minor_digits
            when 0 then cast(round(recognitions.amount * transactions.exchange_rate, 0) as decimal(38, 4))
            when 3 then cast(round(recognitions.amount * transactions.exchange_rate, 3) as decimal(38, 4))
            else cast(round(recognitions.amount * transactions.exchange_rate, 2) as decimal(38, 4))
        end as base_amount,
        transactions.base_currency as base_currency,
        cast(null as varchar) as memo,
        transactions.created_at as created_at,
        transactions.is_deleted as is_deleted
    from recognitions
    inner join transactions
        on recognitions.invoice_id = transactions.transaction_id
    left join currencies
        on transactions.base_currency = currencies.currency
    where recognitions.event_id is not null and transactions.is_posted
    union all
    select
        entry_id as revenue_entry_id, source, source_id, 'journal' as kind, journal_id as document_id, journal_name as document_number,
        cast(null as varchar) as invoice_line_id, cast(null as varchar) as credit_note_line_id, cast(null as varchar) as customer_id,
        legal_entity_id, account, posting_date, amount, currency, base_amount, base_currency, memo, created_at, is_deleted
    from staging.base_oracle__journal_revenue
),

renamed as (
    select
        united.revenue_entry_id as revenue_entry_id,
        united.source as source,
        united.source_id as source_id,
        united.kind as kind,
        united.document_id as document_id,
        united.document_number as document_number,
        united.invoice_line_id as invoice_line_id,
        united.credit_note_line_id as credit_note_line_id,
        united.customer_id as customer_id,
        united.legal_entity_id as legal_entity_id,
        united.account as account,
        united.posting_date as posting_date,
        periods.period_id as period_id,
        united.amount as amount,
        united.currency as currency,
        united.base_amount as base_amount,
        united.base_currency as base_currency,
        united.memo as memo,
        united.created_at as created_at,
        united.is_deleted as is_deleted
    from united
    left join periods
        on united.posting_date between periods.start_date and periods.end_date
)

select * from renamed
