-- What is billed and not yet recognised at the end of each period, document by document: positive balances are deferred revenue, negative ones
-- revenue before its invoice. What was billed and recognised before the calendar is in the balances. One row per period, legal entity and currency with
-- a balance.
-- key: period_id, legal_entity, currency
with periods as (
    select period_id, start_date from staging.stg_tieout__periods
    union all
    select '(before)' as period_id, date '0001-01-01' as start_date
),

started as (
    select * from marts.periods
),

moved as (
    select
        documents.document_id, documents.legal_entity, documents.currency, periods.start_date,
        documents.billed_amount - documents.recognised_amount as amount
    from intermediate.int_roll_documents as documents
    inner join periods
        on documents.period_id = periods.period_id
    where documents.billed_amount <> documents.recognised_amount
),

balances as (
    select
        moved.legal_entity, moved.currency, moved.start_date,
        sum(moved.amount) over (
            partition by moved.document_id, moved.legal_entity, moved.currency order by moved.start_date
            rows between unbounded preceding and current row
        ) as balance,
        lead(moved.start_date) over (
            partition by moved.document_id, moved.legal_entity, moved.currency order by moved.start_date
        ) as next_start_date
    from moved
),

at_period_ends as (
    select
        started.period_id as period_id,
        balances.legal_entity as legal_entity,
        balances.currency as currency,
        cast(sum(balances.balance) as decimal(38, 4)) as closing_amount,
        cast(-sum(case when balances.balance < 0 then balances.balance else 0 end) as decimal(38, 4)) as unbilled_amount,
        count(*) as document_count
    from balances
    inner join started
        on balances.start_date <= started.start_date
        and started.start_date < coalesce(balances.next_start_date, date '9999-12-31')
    where balances.balance <> 0
    group by started.period_id, balances.legal_entity, balances.currency
)

select * from at_period_ends
