-- What came and went in each period on the way from booking to revenue, each step by itself: additions, reductions, and (backlog only) differences, which
-- is what left the backlog without an invoice or was invoiced without a booking. Deferred revenue has a row '(before)' for what was billed and recognised
-- before the calendar. One row per step, period, legal entity and currency.
-- key: step, period_id, legal_entity, currency
with bookings as (
    select
        period_id, legal_entity, currency,
        sum(case when amount > 0 then amount else 0 end) as addition_amount,
        -sum(case when amount < 0 then amount else 0 end) as reduction_amount
    from intermediate.int_deals
    group by period_id, legal_entity, currency
),

billings as (
    select
        billings.period_id, billings.legal_entity, billings.currency,
        sum(case when credit_notes.credit_note_id is null then billings.amount else 0 end) as addition_amount,
        -sum(case when credit_notes.credit_note_id is null then 0 else billings.amount end) as reduction_amount
    from intermediate.int_billings as billings
    left join canonical.credit_notes as credit_notes
        on billings.document_id = credit_notes.credit_note_id
    group by billings.period_id, billings.legal_entity, billings.currency
),

revenue as (
    select
        period_id, legal_entity, currency,
        sum(case when amount > 0 then amount else 0 end) as addition_amount,
        -sum(case when amount < 0 then amount else 0 end) as reduction_amount
    from intermediate.int_revenue
    group by period_id, legal_entity, currency
),

documents as (
    select
        period_id, legal_entity, currency, sum(billed_amount) as billed_amount, sum(recognised_amount) as recognised_amount
    from intermediate.int_roll_documents
    group by period_id, legal_entity, currency
),

breaks as (
    select
        period_id, legal_entity, currency,
        sum(case when not is_carried then amount else 0 end) as permanent_amount,
        sum(case when code = 'deferred' then amount else 0 end) as deferred_amount
    from marts.breaks
    group by period_id, legal_entity, currency
),

-- What breaks call deferred lies at the deal's place and only in chains; what documents defer lies where they are. The rest of revenue is journals of none.
parts as (
    select period_id, legal_entity, currency, addition_amount - reduction_amount as booked, cast(0 as decimal(38, 4)) as billed, cast(0 as decimal(38, 4)) as difference from bookings
    union all
    select period_id, legal_entity, currency, cast(0 as decimal(38, 4)) as booked, addition_amount - reduction_amount as billed, cast(0 as decimal(38, 4)) as difference from billings
    union all
    select period_id, legal_entity, currency, cast(0 as decimal(38, 4)) as booked, cast(0 as decimal(38, 4)) as billed, permanent_amount + deferred_amount as difference from breaks
    union all
    select period_id, legal_entity, currency, cast(0 as decimal(38, 4)) as booked, cast(0 as decimal(38, 4)) as billed, -billed_amount as difference
    from documents
    where period_id <> '(before)'
    union all
    select period_id, legal_entity, currency, cast(0 as decimal(38, 4)) as booked, cast(0 as decimal(38, 4)) as billed, addition_amount - reduction_amount as difference from revenue
),

backlog as (
    select period_id, legal_entity, currency, sum(booked) as addition_amount, sum(billed) as reduction_amount, sum(difference) as difference_amount
    from parts
    group by period_id, legal_entity, currency
),

flows as (
    select 'bookings' as step, period_id, legal_entity, currency, addition_amount, reduction_amount, cast(0 as decimal(38, 4)) as difference_amount from bookings
    union all
    select 'backlog' as step, period_id, legal_entity, currency, addition_amount, reduction_amount, difference_amount from backlog
    union all
    select 'billings' as step, period_id, legal_entity, currency, addition_amount, reduction_amount, cast(0 as decimal(38, 4)) as difference_amount from billings
    union all
    select 'deferred_revenue' as step, period_id, legal_entity, currency, billed_amount as addition_amount, recognised_amount as reduction_amount,
        cast(0 as decimal(38, 4)) as difference_amount
    from documents
    union all
    select 'revenue' as step, period_id, legal_entity, currency, addition_amount, reduction_amount, cast(0 as decimal(38, 4)) as difference_amount from revenue
),

typed as (
    select
        step as step,
        period_id as period_id,
        legal_entity as legal_entity,
        currency as currency,
        cast(addition_amount as decimal(38, 4)) as addition_amount,
        cast(reduction_amount as decimal(38, 4)) as reduction_amount,
        cast(difference_amount as decimal(38, 4)) as difference_amount
    from flows
)

select * from typed
