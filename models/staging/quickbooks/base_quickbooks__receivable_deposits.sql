-- QuickBooks deposits with lines that were put to the receivables, as the bank's feed invites to: money of a customer that a payment ties to an invoice
-- later. Their customer is the only one that these lines name. One row per deposit.
-- key: _connection, deposit_key
with lines as (
    select * from staging.base_quickbooks__deposit_lines
    where not _deleted and detail_type = 'DepositLineDetail'
),

accounts as (
    select _connection, id from staging.base_quickbooks__accounts
    where account_type = 'Accounts Receivable'
),

received as (
    select
        lines._connection as _connection,
        lines._parent as deposit_key,
        case when count(distinct lines.entity_id) = 1 then min(lines.entity_id) end as customer_key,
        sum(coalesce(cast(try_cast(lines.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.amount as decimal(38, 4)))) as amount
    from lines
    inner join accounts
        on lines._connection = accounts._connection
        and lines.account_id = accounts.id
    group by lines._connection, lines._parent
)

select * from received
