-- What the ledger says of a NetSuite document's total, tax and open amount, where the account has no Multiple Currencies: the fields of the
-- document itself that hold them may be missing there. Open is what is unpaid or, of payments, deposits and credit memos, unused: of the other there
-- may be a 0. One row per document of such an account.
-- key: document_id
with accounts as (
    select connection from staging.base_netsuite__editions
    where currency is not null
),

lines as (
    select lines.*
    from staging.base_netsuite__transaction_lines as lines
    inner join accounts
        on lines._connection = accounts.connection
    where (lines.mainline = 'T' or lines.taxline = 'T') and not lines._deleted
),

postings as (
    select postings.*
    from staging.base_netsuite__transaction_accounting_lines as postings
    inner join accounts
        on postings._connection = accounts.connection
    where coalesce(postings.accountingbook, '1') = '1' and not postings._deleted
),

open_lines as (
    select * from staging.base_netsuite__open_amounts
    where not _deleted
),

told as (
    select
        lines._connection || ':' || lines.transaction as document_id,
        lines.mainline = 'T' as is_main,
        coalesce(coalesce(cast(try_cast(postings.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(postings.amount as decimal(38, 4))), coalesce(cast(try_cast(lines.netamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.netamount as decimal(38, 4)))) as amount,
        coalesce(
            nullif(coalesce(cast(try_cast(open_lines.amountunpaid as decimal(18, 4)) as decimal(38, 4)), try_cast(open_lines.amountunpaid as decimal(38, 4))), 0),
            coalesce(cast(try_cast(open_lines.paymentamountunused as decimal(18, 4)) as decimal(38, 4)), try_cast(open_lines.paymentamountunused as decimal(38, 4)))
        ) as open_amount
    from lines
    left join postings
        on lines._connection = postings._connection
        and lines.transaction = postings.transaction
        and lines.id = postings.transactionline
    left join open_lines
        on lines._connection = open_lines._connection
        and lines.transaction = open_lines.transaction
        and lines.id = open_lines.transactionline
),

amounts as (
    select
        document_id,
        cast(sum(case when is_main then amount end) as decimal(38, 4)) as total_amount,
        cast(sum(case when not is_main then amount end) as decimal(38, 4)) as tax_amount,
        cast(sum(case when is_main then open_amount end) as decimal(38, 4)) as open_amount
    from told
    group by document_id
)

select * from amounts
