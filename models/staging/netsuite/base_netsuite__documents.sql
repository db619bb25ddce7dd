-- NetSuite transactions with their header row's subsidiary and origin, currency symbol and company period: what orders, invoices,
-- credit memos, payments and journals have in common. A cash sale is an invoice that is paid at once, a cash refund a credit memo that is paid
-- out, a statement charge an invoice of one line. A payment item among an invoice's lines takes what was received off NetSuite's total: here the total is
-- what was billed, and received_amount what was paid of it that way. What is open of a payment, deposit or credit memo stands in a field of its own. Without OneWorld
-- and Multiple Currencies they name neither subsidiary nor currency: both are the account's own, unless they name several after all.
-- One row per transaction.
-- key: document_id
with transactions as (
    select * from staging.base_netsuite__transactions
),

-- All lines of a journal may be main lines.
main_lines as (
    select
        lines.*,
        row_number() over (partition by lines._connection, lines.transaction order by try_cast(lines.id as bigint), lines._key) as place
    from staging.base_netsuite__transaction_lines as lines
    where lines.mainline = 'T' and not lines._deleted
),

headers as (
    select * from main_lines where place = 1
),

currencies as (
    select * from staging.base_netsuite__currencies
),

posting_periods as (
    select * from staging.base_netsuite__posting_periods
),

editions as (
    select * from staging.base_netsuite__editions
),

-- What only one of is named is the account's own, whatever it is called.
one_currency as (
    select editions.connection as connection, min(editions.currency) as currency
    from editions
    inner join transactions
        on editions.connection = transactions._connection
    where editions.currency is not null and not transactions._deleted
    group by editions.connection
    having count(distinct transactions.currency) <= 1
),

one_entity as (
    select editions.connection as connection, min(editions.legal_entity_id) as legal_entity_id
    from editions
    inner join headers
        on editions.connection = headers._connection
    where editions.legal_entity is not null
    group by editions.connection
    having count(distinct headers.subsidiary) <= 1
),

ledger_amounts as (
    select * from staging.base_netsuite__ledger_amounts
),

-- Positive on sales, where other lines are negative.
received as (
    select
        lines._connection, lines.transaction,
        cast(sum(coalesce(
            coalesce(cast(try_cast(lines.foreignamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.foreignamount as decimal(38, 4))),
            case
                when editions.currency is not null
                    then coalesce(cast(try_cast(lines.netamount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.netamount as decimal(38, 4)))
            end,
            0
        )) as decimal(38, 4)) as amount
    from staging.base_netsuite__transaction_lines as lines
    left join editions
        on lines._connection = editions.connection
    where lines.itemtype = 'Payment' and coalesce(lines.mainline, 'F') = 'F' and not lines._deleted
    group by lines._connection, lines.transaction
),

documents as (
    select
        transactions._connection || ':' || transactions.id as document_id,
        transactions._connection as source,
        transactions.id as source_id,
        transactions.type as type,
        case
            when transactions.type = 'SalesOrd' then 'order'
            when transactions.type in ('CustInvc', 'CashSale', 'CustChrg', 'FinChrg') then 'invoice'
            when transactions.type in ('CustCred', 'CashRfnd') then 'credit_note'
            else 'other'
        end as document,
        transactions.tranid as number,
        transactions.status as status,
        transactions.approvalstatus as approvalstatus,
        nullif(trim(transactions.crm_opportunity), '') as crm_reference,
        transactions._connection || ':' || transactions.entity as customer_id,
        transactions._connection || ':' || transactions.bill_to as bill_to_id,
        coalesce(one_entity.legal_entity_id, transactions._connection || ':' || headers.subsidiary) as legal_entity_id,
        transactions._connection || ':' || headers.createdfrom as created_from_id,
        coalesce(currencies.symbol, one_currency.currency) as currency,
        coalesce(try_cast(transactions.exchangerate as decimal(18, 10)), case when one_currency.currency is not null then cast(1 as decimal(18, 10)) end) as exchange_rate,
        try_cast(substr(transactions.trandate, 1, 10) as date) as document_date,
        try_cast(substr(transactions.duedate, 1, 10) as date) as due_date,
        posting_periods.period_id as period_id,
        lower(transactions.channel) as channel,
        abs(coalesce(coalesce(cast(try_cast(transactions.foreigntotal as decimal(18, 4)) as decimal(38, 4)), try_cast(transactions.foreigntotal as decimal(38, 4))), ledger_amounts.total_amount)) as total_amount,
        abs(coalesce(coalesce(cast(try_cast(transactions.foreigntaxtotal as decimal(18, 4)) as decimal(38, 4)), try_cast(transactions.foreigntaxtotal as decimal(38, 4))), ledger_amounts.tax_amount, 0)) as tax_amount,
        abs(coalesce(
            case
                when transactions.type in ('CustCred', 'CustPymt', 'CustDep')
                    then coalesce(cast(try_cast(transactions.foreignpaymentamountunused as decimal(18, 4)) as decimal(38, 4)), try_cast(transactions.foreignpaymentamountunused as decimal(38, 4)))
            end,
            coalesce(cast(try_cast(transactions.foreignamountunpaid as decimal(18, 4)) as decimal(38, 4)), try_cast(transactions.foreignamountunpaid as decimal(38, 4))),
            ledger_amounts.open_amount,
            0
        )) as open_amount,
        coalesce(transactions.posting = 'T', false) as is_posted,
        coalesce(transactions.voided = 'T', false) as is_voided,
        coalesce(case
            when transactions.voided = 'T' then 0
            when transactions.type in ('CustCred', 'CashRfnd') then -received.amount
            else received.amount
        end, 0) as received_amount,
        transactions.memo as memo,
        try_cast(substr(transactions.createddate, 1, 19) as timestamp) as created_at,
        try_cast(substr(transactions.lastmodifieddate, 1, 19) as timestamp) as modified_at,
        transactions._deleted as is_deleted,
        one_currency.connection is not null as is_of_one_currency,
        one_entity.connection is not null as is_of_one_entity
    from transactions
    left join headers
        on transactions._connection = headers._connection
        and transactions.id = headers.transaction
    left join currencies
        on transactions._connection = currencies._connection
        and transactions.currency = currencies.id
    left join posting_periods
        on transactions._connection = posting_periods._connection
        and transactions.postingperiod = posting_periods.posting_period
    left join one_currency
        on transactions._connection = one_currency.connection
    left join one_entity
        on transactions._connection = one_entity.connection
    left join ledger_amounts
        on transactions._connection || ':' || transactions.id = ledger_amounts.document_id
    left join received
        on transactions._connection = received._connection
        and transactions.id = received.transaction
),

billed as (
    select
        document_id, source, source_id, type, document, number, status, approvalstatus, crm_reference, customer_id, bill_to_id, legal_entity_id,
        created_from_id, currency, exchange_rate, document_date, due_date, period_id, channel,
        cast(total_amount + received_amount as decimal(38, 4)) as total_amount,
        tax_amount, received_amount, open_amount, is_posted, is_voided,
        -- Invoices and credit memos have no other way of being voided; what may be voided by a journal keeps its total then.
        is_voided and (
            type in ('CustInvc', 'CashSale', 'CustChrg', 'FinChrg', 'CustCred', 'CashRfnd') or (type <> 'Journal' and coalesce(total_amount, 1) = 0)
        ) as is_voided_to_zero,
        memo, created_at, modified_at, is_deleted, is_of_one_currency,
        is_of_one_entity
    from documents
)

select * from billed
