-- What QuickBooks posted to income accounts: lines of invoices, sales receipts, credit memos and refund receipts, and of journal entries (those that
-- its revenue recognition posted among them: nothing tells them apart, nor names the invoice line), deposits and purchases. Credits to the account are positive. The
-- base amount is the line's at the form's rate, rounded to the home currency's minor unit. One row per posting line.
-- key: revenue_entry_id
with lines as (
    select * from staging.base_quickbooks__document_lines
    where is_income
),

documents as (
    select * from staging.base_quickbooks__documents
    where not is_voided
),

coded_lines as (
    select * from staging.base_quickbooks__coded_lines
),

accounts as (
    select * from staging.base_quickbooks__income_accounts
),

companies as (
    select * from staging.base_quickbooks__companies
),

currencies as (
    select * from staging.stg_tieout__currencies
),

periods as (
    select * from staging.stg_tieout__periods
),

posted as (
    select
        lines.line_id as revenue_entry_id,
        lines._connection as _connection,
        lines.source_id as source_id,
        case when lines.is_charge then 'invoice' else 'credit_note' end as kind,
        documents.document_id as document_id,
        documents.number as document_number,
        case when lines.is_charge then lines.line_id end as invoice_line_id,
        case when not lines.is_charge then lines.line_id end as credit_note_line_id,
        documents.customer_id as customer_id,
        coalesce(lines.account_code, '') as account,
        documents.document_date as posting_date,
        case when lines.is_charge then lines.amount else -lines.amount end as amount,
        documents.currency as currency,
        documents.exchange_rate as exchange_rate,
        lines.description as memo,
        documents.created_at as created_at,
        lines.is_deleted as is_deleted
    from lines
    inner join documents
        on lines.document_id = documents.document_id
    union all
    select
        coded_lines.line_id as revenue_entry_id,
        coded_lines._connection as _connection,
        coded_lines.source_id as source_id,
        'journal' as kind,
        coded_lines.document_id as document_id,
        coded_lines.number as document_number,
        cast(null as varchar) as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        coded_lines.customer_id as customer_id,
        accounts.code as account,
        coded_lines.posting_date as posting_date,
        coded_lines.amount as amount,
        coded_lines.currency as currency,
        coded_lines.exchange_rate as exchange_rate,
        coded_lines.memo as memo,
        coded_lines.created_at as created_at,
        coded_lines.is_deleted as is_deleted
    from coded_lines
    inner join accounts
        on coded_lines._connection = accounts._connection
        and coded_lines.account_id = accounts.account_id
),

rated as (
    select
        posted.*,
        companies.legal_entity_id as legal_entity_id,
        companies.home_currency as home_currency,
        case
            when coalesce(posted.currency, companies.home_currency) = companies.home_currency then cast(1 as decimal(18, 10))
            else posted.exchange_rate
        end as rate,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        periods.period_id as period_id
    from posted
    left join companies
        on posted._connection = companies._connection
    left join currencies
        on companies.home_currency = currencies.currency
    left join periods
        on posted.posting_date between periods.start_date and periods.end_date
),

renamed as (
    select
        rated.revenue_entry_id as revenue_entry_id,
        rated._connection as source,
        rated.source_id as source_id,
        rated.kind as kind,
        rated.document_id as document_id,
        rated.document_number as document_number,
        rated.invoice_line_id as invoice_line_id,
        rated.credit_note_line_id as credit_note_line_id,
        rated.customer_id as customer_id,
        rated.legal_entity_id as legal_entity_id,
        rated.account as account,
        rated.posting_date as posting_date,
        rated.period_id as period_id,
        cast(rated.amount as decimal(38, 4)) as amount,
        coalesce(rated.currency, rated.home_currency) as currency,
        case rated.minor_digits
            when 0 then cast(round(rated.amount * rated.rate, 0) as decimal(38, 4))
            when 2 then cast(round(rated.amount * rated.rate, 2) as decimal(38, 4))
            when 3 then cast(round(rated.amount * rated.rate, 3) as decimal(38, 4))
            else cast(round(rated.amount * rated.rate, 4) as decimal(38, 4))
        end as base_amount,
        rated.home_currency as base_currency,
        rated.memo as memo,
        rated.created_at as created_at,
        rated.is_deleted as is_deleted
    from rated
)

select * from renamed
