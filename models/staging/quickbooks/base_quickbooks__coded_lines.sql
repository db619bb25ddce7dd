-- What QuickBooks has of postings that are of no sales form, by account: lines of journal entries, of deposits (money that came in and was coded to an
-- account) and of purchases (money that went out: checks, expenses, card charges; a card's credit came back). Credits to the account are
-- positive. One row per line.
-- key: line_id
with lines as (
    select
        'journal' as document, _connection, _key, _parent, account_id, description,
        case when entity_type = 'Customer' then entity_id end as customer_key,
        case when posting_type = 'Credit' then 1 else -1 end as sign,
        amount, _deleted
    from staging.base_quickbooks__journal_entry_lines
    where detail_type = 'JournalEntryLineDetail'
    union all
    select
        'deposit' as document, _connection, _key, _parent, account_id, description,
        case when upper(entity_type) = 'CUSTOMER' then entity_id end as customer_key,
        1 as sign, amount, _deleted
    from staging.base_quickbooks__deposit_lines
    where detail_type = 'DepositLineDetail'
    union all
    select
        'purchase' as document, lines._connection, lines._key, lines._parent, lines.account_id, lines.description,
        coalesce(lines.customer_id, case when upper(purchases.entity_type) = 'CUSTOMER' then purchases.entity_id end) as customer_key,
        case when purchases.credit = 'true' then 1 else -1 end as sign,
        lines.amount, lines._deleted
    from staging.base_quickbooks__purchase_lines as lines
    inner join staging.base_quickbooks__purchases as purchases
        on lines._connection = purchases._connection
        and lines._parent = purchases._key
    where lines.detail_type = 'AccountBasedExpenseLineDetail'
),

documents as (
    select 'journal' as document, _connection, _key, doc_number, txn_date, currency_code, exchange_rate, private_note, create_time, _deleted
    from staging.base_quickbooks__journal_entries
    union all
    select 'deposit' as document, _connection, _key, doc_number, txn_date, currency_code, exchange_rate, private_note, create_time, _deleted
    from staging.base_quickbooks__deposits
    union all
    select 'purchase' as document, _connection, _key, doc_number, txn_date, currency_code, exchange_rate, private_note, create_time, _deleted
    from staging.base_quickbooks__purchases
),

joined as (
    select
        lines._connection || ':' || lines._key as line_id,
        lines._connection as _connection,
        lines._key as source_id,
        documents._connection || ':' || documents._key as document_id,
        lines.document as document,
        documents.doc_number as number,
        lines._connection || ':' || lines.customer_key as customer_id,
        lines.account_id as account_id,
        try_cast(substr(documents.txn_date, 1, 10) as date) as posting_date,
        lines.sign * coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4))) as amount,
        documents.currency_code as currency,
        try_cast(documents.exchange_rate as decimal(18, 10)) as exchange_rate,
        coalesce(nullif(trim(lines.description), ''), documents.private_note) as memo,
        try_cast(substr(documents.create_time, 1, 19) as timestamp) as created_at,
        lines._deleted or documents._deleted as is_deleted
    from lines
    inner join documents
        on lines.document = documents.document
        and lines._connection = documents._connection
        and lines._parent = documents._key
)

select * from joined
