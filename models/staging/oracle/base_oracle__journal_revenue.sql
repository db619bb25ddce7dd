-- Journals of Oracle's general ledger on revenue accounts, posted, and not transferred from Receivables or Revenue Management, which are read
-- themselves. A secondary ledger and one of a reporting currency have the journals of their primary ledger again, and statistical journals hold
-- no money: none of these counts. Credits are positive. One row per journal line.
-- key: entry_id
with journal_lines as (
    select * from staging.base_oracle__journal_lines
),

copying_ledgers as (
    select _connection, name from staging.base_oracle__ledgers
    where ledger_category_code in ('SECONDARY', 'ALC') and not _deleted
),

journals as (
    select journals.*
    from staging.base_oracle__journals as journals
    left join copying_ledgers
        on journals._connection = copying_ledgers._connection
        and journals.ledger_name = copying_ledgers.name
    where copying_ledgers.name is null and coalesce(journals.currency_code, '') <> 'STAT'
),

batches as (
    select * from staging.base_oracle__journal_batches
    where upper(status) in ('P', 'POSTED')
        and coalesce(user_je_source_name, '') not in ('Receivables', 'Revenue Management')
),

revenue_accounts as (
    select * from staging.base_oracle__named_revenue_accounts
),

places as (
    select source, ledger_name, min(legal_entity_id) as legal_entity_id, min(currency) as currency
    from staging.base_oracle__places
    group by source, ledger_name
    having count(distinct legal_entity_id) = 1
),

renamed as (
    select
        journal_lines._connection || ':' || journal_lines._key as entry_id,
        journal_lines._connection as source,
        journal_lines._key as source_id,
        journals._connection || ':' || journals._key as journal_id,
        journals.journal_name as journal_name,
        places.legal_entity_id as legal_entity_id,
        journal_lines.account_combination as account,
        try_cast(substr(journals.default_effective_date, 1, 10) as date) as posting_date,
        coalesce(coalesce(cast(try_cast(journal_lines.entered_cr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.entered_cr as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(journal_lines.entered_dr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.entered_dr as decimal(38, 4))), 0) as amount,
        journals.currency_code as currency,
        coalesce(coalesce(cast(try_cast(journal_lines.accounted_cr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.accounted_cr as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(journal_lines.accounted_dr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.accounted_dr as decimal(38, 4))), 0) as base_amount,
        places.currency as base_currency,
        coalesce(journal_lines.description, journals.journal_description) as memo,
        try_cast(substr(batches.creation_date, 1, 19) as timestamp) as created_at,
        journal_lines._deleted or journals._deleted or batches._deleted as is_deleted
    from journal_lines
    inner join journals
        on journal_lines._connection = journals._connection
        and journal_lines._parent = journals._parent
        and journal_lines.journal_name = journals.journal_name
    inner join batches
        on journals._connection = batches._connection
        and journals._parent = batches._key
    inner join revenue_accounts
        on journal_lines._connection = revenue_accounts._connection
        and journal_lines.account_combination = revenue_accounts.account
    left join places
        on journals._connection = places.source
        and journals.ledger_name = places.ledger_name
)

select * from renamed
