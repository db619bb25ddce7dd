-- What Xero posted to accounts of the class REVENUE, as far as it can be told without its Journals: lines of posted invoices, credit notes and
-- receipts (of money that was paid: taken off), and of manual journals. Credits to the account are positive. The base amount is the line's, divided by the document's rate
-- (Xero's rate turned round has too few digits where a unit is worth little) and rounded to the organisation's minor unit. One row per posting line.
-- key: revenue_entry_id
with lines as (
    select * from staging.base_xero__document_lines
    where is_income
),

documents as (
    select * from staging.base_xero__documents
    where is_posted
),

journal_lines as (
    select * from staging.base_xero__manual_journal_lines
),

journals as (
    select * from staging.base_xero__manual_journals
    where status = 'POSTED'
),

accounts as (
    select * from staging.base_xero__income_accounts
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
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
        case documents.document when 'invoice' then 'invoice' when 'credit_note' then 'credit_note' else 'journal' end as kind,
        documents.document_id as document_id,
        documents.number as document_number,
        case when documents.document = 'invoice' then lines.line_id end as invoice_line_id,
        case when documents.document = 'credit_note' then lines.line_id end as credit_note_line_id,
        documents.customer_id as customer_id,
        lines.account_code as account,
        documents.document_date as posting_date,
        case when documents.document = 'credit_note' or documents.is_spent then -lines.amount else lines.amount end as amount,
        documents.currency as currency,
        case when documents.currency = documents.base_currency then cast(1 as decimal(18, 10)) else documents.foreign_rate end as foreign_rate,
        lines.description as memo,
        lines.is_deleted as is_deleted
    from lines
    inner join documents
        on lines.document_id = documents.document_id
    union all
    select
        journal_lines._connection || ':' || journal_lines._key as revenue_entry_id,
        journal_lines._connection as _connection,
        journal_lines._key as source_id,
        'journal' as kind,
        journals._connection || ':' || journals._key as document_id,
        journals.narration as document_number,
        cast(null as varchar) as invoice_line_id,
        cast(null as varchar) as credit_note_line_id,
        cast(null as varchar) as customer_id,
        accounts.code as account,
        try_cast(substr(journals.date, 1, 10) as date) as posting_date,
        -(
            coalesce(cast(try_cast(journal_lines.line_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.line_amount as decimal(38, 4)))
            - case when journals.line_amount_types = 'Inclusive' then coalesce(coalesce(cast(try_cast(journal_lines.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.tax_amount as decimal(38, 4))), 0) else 0 end
        ) as amount,
        cast(null as varchar) as currency,
        cast(1 as decimal(18, 10)) as foreign_rate,
        coalesce(nullif(trim(journal_lines.description), ''), journals.narration) as memo,
        journal_lines._deleted or journals._deleted as is_deleted
    from journal_lines
    inner join journals
        on journal_lines._connection = journals._connection
        and journal_lines._parent = journals._key
    inner join accounts
        on journal_lines._connection = accounts._connection
        and journal_lines.account_id = accounts.account_id
),

rated as (
    select
        posted.*,
        organisations._connection || ':' || organisations.organisation_id as legal_entity_id,
        organisations.base_currency as base_currency,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        case when posted.foreign_rate > 0 then cast(posted.foreign_rate as decimal(38, 10)) end as rate,
        periods.period_id as period_id
    from posted
    left join organisations
        on posted._connection = organisations._connection
    left join currencies
        on organisations.base_currency = currencies.currency
    left join periods
        on posted.posting_date between periods.start_date and periods.end_date
),

-- Divided by the rate, half away from zero: found through a double, brought nearer by what exact multiplication leaves of it, then corrected.
near as (
    select
        rated.*,
        case rated.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        case rated.minor_digits
            when 0 then cast(round(cast(cast(rated.amount as double) / cast(rated.rate as double) as decimal(38, 8)), 0) as decimal(38, 4))
            when 2 then cast(round(cast(cast(rated.amount as double) / cast(rated.rate as double) as decimal(38, 8)), 2) as decimal(38, 4))
            when 3 then cast(round(cast(cast(rated.amount as double) / cast(rated.rate as double) as decimal(38, 8)), 3) as decimal(38, 4))
            else cast(round(cast(cast(rated.amount as double) / cast(rated.rate as double) as decimal(38, 8)), 4) as decimal(38, 4))
        end as near_amount
    from rated
),

left_over as (
    select near.*, cast(cast(near.amount - near.near_amount * near.rate as double) / cast(near.rate as double) as decimal(38, 8)) as rest
    from near
),

nearer as (
    select
        left_over.*,
        left_over.near_amount + case left_over.minor_digits
            when 0 then cast(round(left_over.rest, 0) as decimal(38, 4))
            when 2 then cast(round(left_over.rest, 2) as decimal(38, 4))
            when 3 then cast(round(left_over.rest, 3) as decimal(38, 4))
            else cast(round(left_over.rest, 4) as decimal(38, 4))
        end as nearer_amount
    from left_over
),

divided as (
    select
        nearer.*,
        case
            when (nearer.amount >= 0 and (nearer.amount - nearer.nearer_amount * nearer.rate) * 2 >= nearer.rate * nearer.minor_unit) or (nearer.amount < 0 and (nearer.amount - nearer.nearer_amount * nearer.rate) * 2 > nearer.rate * nearer.minor_unit)
                then nearer.nearer_amount + nearer.minor_unit
            when (nearer.amount < 0 and (nearer.amount - nearer.nearer_amount * nearer.rate) * 2 <= -nearer.rate * nearer.minor_unit) or (nearer.amount >= 0 and (nearer.amount - nearer.nearer_amount * nearer.rate) * 2 < -nearer.rate * nearer.minor_unit)
                then nearer.nearer_amount - nearer.minor_unit
            else nearer.nearer_amount
        end as converted_amount
    from nearer
),

renamed as (
    select
        divided.revenue_entry_id as revenue_entry_id,
        divided._connection as source,
        divided.source_id as source_id,
        divided.kind as kind,
        divided.document_id as document_id,
        divided.document_number as document_number,
        divided.invoice_line_id as invoice_line_id,
        divided.credit_note_line_id as credit_note_line_id,
        divided.customer_id as customer_id,
        divided.legal_entity_id as legal_entity_id,
        divided.account as account,
        divided.posting_date as posting_date,
        divided.period_id as period_id,
        cast(divided.amount as decimal(38, 4)) as amount,
        coalesce(divided.currency, divided.base_currency) as currency,
        cast(divided.converted_amount as decimal(38, 4)) as base_amount,
        divided.base_currency as base_currency,
        divided.memo as memo,
        cast(divided.posting_date as timestamp) as created_at,
        divided.is_deleted as is_deleted
    from divided
)

select * from renamed
