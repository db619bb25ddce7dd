-- Lines of Xero's sales documents, net of tax (LineAmountTypes says whether tax is inside), with their account's class. A line that only has
-- a description is none. Freight is what is booked to a freight account or sold as a freight item; a line without item that reduces the
-- document is a discount on all of it, where it is booked to income (a deposit that is taken off is none). One row per line.
-- key: line_id
with lines as (
    select
        'invoice' as document, _connection, _key, _parent, description, item_code, item_id, account_code, account_id, quantity, unit_amount,
        discount_rate, line_amount, tax_amount, _deleted
    from staging.base_xero__invoice_lines
    union all
    select
        'credit_note' as document, _connection, _key, _parent, description, item_code, item_id, account_code, account_id, quantity, unit_amount,
        discount_rate, line_amount, tax_amount, _deleted
    from staging.base_xero__credit_note_lines
    union all
    select
        'receipt' as document, _connection, _key, _parent, description, item_code, item_id, account_code, account_id, quantity, unit_amount,
        discount_rate, line_amount, tax_amount, _deleted
    from staging.base_xero__bank_transaction_lines
),

documents as (
    select * from staging.base_xero__documents
),

items as (
    select * from staging.base_xero__items
),

items_by_code as (
    select _connection, code, max(item_id) as item_id from items
    where not _deleted
    group by _connection, code
),

accounts as (
    select * from staging.base_xero__income_accounts
),

-- A line that does not name its account's id names its code.
accounts_by_code as (
    select _connection, code, max(account_id) as account_id
    from staging.base_xero__accounts
    where not _deleted and coalesce(code, '') <> ''
    group by _connection, code
    having count(*) = 1
),

typed as (
    select
        lines._connection || ':' || lines._key as line_id,
        lines._connection as _connection,
        lines._key as source_id,
        documents.document_id as document_id,
        documents.document as document,
        lines.description as description,
        coalesce(lines.item_id, items_by_code.item_id) as item_id,
        coalesce(lines.account_code, '') as account_code,
        accounts.account_id is not null as is_income,
        coalesce(accounts.is_freight, false) as is_freight_account,
        lower(coalesce(lines.item_code, '')) in ('freight', 'shipping', 'delivery', 'postage', 'carriage') as is_freight_item,
        try_cast(lines.quantity as decimal(18, 6)) as quantity,
        coalesce(cast(try_cast(lines.unit_amount as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.unit_amount as decimal(38, 8))) as stated_price,
        try_cast(lines.discount_rate as decimal(18, 10)) as discount_percent,
        documents.line_amount_types = 'Inclusive' as is_inclusive,
        coalesce(cast(try_cast(lines.line_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.line_amount as decimal(38, 4))) as stated_amount,
        coalesce(coalesce(cast(try_cast(lines.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.tax_amount as decimal(38, 4))), 0) as tax_amount,
        documents.currency as currency,
        lines._deleted or documents.is_deleted as is_deleted
    from lines
    inner join documents
        on lines._connection || ':' || lines._parent = documents.document_id
        and lines.document = documents.document
    left join items_by_code
        on lines._connection = items_by_code._connection
        and lines.item_code = items_by_code.code
    left join accounts_by_code
        on lines._connection = accounts_by_code._connection
        and lines.account_code = accounts_by_code.code
    left join accounts
        on lines._connection = accounts._connection
        and coalesce(lines.account_id, accounts_by_code.account_id) = accounts.account_id
    where lines.line_amount is not null
),

net as (
    select
        typed.*,
        case when typed.is_inclusive then typed.stated_amount - typed.tax_amount else typed.stated_amount end as amount
    from typed
),

priced as (
    select
        net.*,
        case
            when net.is_inclusive then cast(
                net.stated_price * cast(cast(net.amount as double) / cast(nullif(net.stated_amount, 0) as double) as decimal(38, 15)) as decimal(38, 8)
            )
            else net.stated_price
        end as unit_price,
        case
            when net.is_freight_account or net.is_freight_item then 'freight'
            when net.item_id is null and net.amount < 0 and net.is_income then 'discount'
            else 'item'
        end as kind
    from net
)

select * from priced
