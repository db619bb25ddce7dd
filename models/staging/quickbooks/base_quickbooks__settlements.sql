-- What QuickBooks' payments settle: each payment's lines are either what it pays (invoices), or what it pays with besides money (credit memos, and
-- deposits that were put to the receivables). Where there are several of both, QuickBooks does not say which paid which: they are taken in the order
-- of their ids, credit memos before deposits, and these before the money.
-- One row per payment, invoice and means.
-- key: _connection, payment_key, invoice_key, means_key
with payments as (
    select
        base._connection as _connection,
        base._key as payment_key,
        coalesce(coalesce(cast(try_cast(base.total_amt as decimal(18, 4)) as decimal(38, 4)), try_cast(base.total_amt as decimal(38, 4))), 0) - coalesce(coalesce(cast(try_cast(base.unapplied_amt as decimal(18, 4)) as decimal(38, 4)), try_cast(base.unapplied_amt as decimal(38, 4))), 0) as applied_amount
    from staging.base_quickbooks__payments as base
    where not base._deleted
),

linked as (
    select
        base._connection as _connection,
        base._parent as payment_key,
        base.txn_type as txn_type,
        base.txn_id as txn_id,
        base._key as place,
        coalesce(coalesce(cast(try_cast(base.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(base.amount as decimal(38, 4))), 0) as amount
    from staging.base_quickbooks__payment_linked_txns as base
    where not base._deleted
),

invoices as (
    select linked._connection, linked.payment_key, linked.txn_id as invoice_key, sum(linked.amount) as amount, min(linked.place) as place
    from linked
    where linked.txn_type = 'Invoice'
    group by linked._connection, linked.payment_key, linked.txn_id
),

credits as (
    select linked._connection, linked.payment_key, linked.txn_id as credit_key, sum(linked.amount) as amount, min(linked.place) as place
    from linked
    where linked.txn_type = 'CreditMemo'
    group by linked._connection, linked.payment_key, linked.txn_id
),

deposits as (
    select linked._connection, linked.payment_key, linked.txn_id as deposit_key, sum(linked.amount) as amount, min(linked.place) as place
    from linked
    inner join staging.base_quickbooks__receivable_deposits as received
        on linked._connection = received._connection
        and linked.txn_id = received.deposit_key
    where linked.txn_type = 'Deposit'
    group by linked._connection, linked.payment_key, linked.txn_id
),

means as (
    select
        credits._connection, credits.payment_key, credits.credit_key as means_key, credits.credit_key as credit_key,
        cast(null as varchar) as deposit_key, credits.amount, '1' || credits.place as place
    from credits
    union all
    select
        deposits._connection, deposits.payment_key, deposits.deposit_key as means_key, cast(null as varchar) as credit_key, deposits.deposit_key,
        deposits.amount, '2' || deposits.place as place
    from deposits
    union all
    select
        payments._connection, payments.payment_key, 'money' as means_key, cast(null as varchar) as credit_key, cast(null as varchar) as deposit_key,
        payments.applied_amount as amount, '3' as place
    from payments
    where payments.applied_amount > 0
),

paid as (
    select
        invoices.*,
        sum(invoices.amount) over (
            partition by invoices._connection, invoices.payment_key
            order by invoices.place
            rows between unbounded preceding and current row
        ) as upper_amount
    from invoices
),

given as (
    select
        means.*,
        sum(means.amount) over (
            partition by means._connection, means.payment_key
            order by means.place
            rows between unbounded preceding and current row
        ) as upper_amount
    from means
),

overlapping as (
    select
        paid._connection as _connection,
        paid.payment_key as payment_key,
        paid.invoice_key as invoice_key,
        given.means_key as means_key,
        given.credit_key as credit_key,
        given.deposit_key as deposit_key,
        case when paid.upper_amount < given.upper_amount then paid.upper_amount else given.upper_amount end
            - case
                when paid.upper_amount - paid.amount > given.upper_amount - given.amount then paid.upper_amount - paid.amount
                else given.upper_amount - given.amount
            end as amount
    from paid
    inner join given
        on paid._connection = given._connection
        and paid.payment_key = given.payment_key
),

settled as (
    select * from overlapping where amount > 0
)

select * from settled
