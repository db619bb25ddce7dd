-- What stands on the revenue accounts of Oracle's general ledger: the lines of its posted journals, whatever their source, credits positive. A
-- secondary ledger and one of a reporting currency have the journals of their primary ledger again, statistical journals hold no money, budgets
-- and encumbrances nothing that happened, and the journals that close a year only empty the accounts: none of these counts. The legal entity
-- is the one that the journal names, else the only one of its ledger. One row per journal line.
-- key: entry_id
with journal_lines as (
    select * from staging.base_oracle__journal_lines
),

ledgers as (
    select _connection, name, min(currency_code) as currency, bool_or(ledger_category_code in ('SECONDARY', 'ALC')) as is_copy
    from staging.base_oracle__ledgers
    where not _deleted
    group by _connection, name
),

journals as (
    select journals.*, ledgers.currency as ledger_currency
    from staging.base_oracle__journals as journals
    left join ledgers
        on journals._connection = ledgers._connection
        and journals.ledger_name = ledgers.name
    where not coalesce(ledgers.is_copy, false)
        and coalesce(journals.currency_code, '') <> 'STAT'
        and coalesce(journals.user_je_category_name, '') not in ('Income Statement Close', 'Income Offset')
),

batches as (
    select * from staging.base_oracle__journal_batches
    where upper(status) in ('P', 'POSTED')
        and coalesce(lower(actual_flag_meaning), '') not in ('budget', 'encumbrance')
        and coalesce(lower(user_je_source_name) not like 'closing journal%', true)
),

revenue_accounts as (
    select * from staging.base_oracle__named_revenue_accounts
),

named_entities as (
    select _connection, name, min(legal_entity_id) as legal_entity_id
    from staging.base_oracle__legal_entities
    where not _deleted
    group by _connection, name
    having count(*) = 1
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
        batches.user_je_source_name as journal_source,
        journals.user_je_category_name as category,
        coalesce(journals._connection || ':' || named_entities.legal_entity_id, places.legal_entity_id) as legal_entity_id,
        journal_lines.account_combination as account,
        try_cast(substr(journals.default_effective_date, 1, 10) as date) as posting_date,
        coalesce(coalesce(cast(try_cast(journal_lines.entered_cr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.entered_cr as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(journal_lines.entered_dr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.entered_dr as decimal(38, 4))), 0) as amount,
        journals.currency_code as currency,
        coalesce(coalesce(cast(try_cast(journal_lines.accounted_cr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.accounted_cr as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(journal_lines.accounted_dr as decimal(18, 4)) as decimal(38, 4)), try_cast(journal_lines.accounted_dr as decimal(38, 4))), 0) as base_amount,
        coalesce(journals.ledger_currency, places.currency) as base_currency,
        coalesce(journal_lines.description, journals.journal_description) as memo,
        try_cast(substr(batches.creation_date, 1, 19) as timestamp) as created_at,
        batches._extracted_at as extracted_at,
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
    left join named_entities
        on journals._connection = named_entities._connection
        and journals.legal_entity_name = named_entities.name
    left join places
        on journals._connection = places.source
        and journals.ledger_name = places.ledger_name
)

select * from renamed
