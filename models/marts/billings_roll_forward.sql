-- From bookings over backlog, billings and deferred revenue to revenue: opening + additions - reductions - differences = closing for each step. Bookings,
-- billings and revenue are to date; the backlog closes with what its open items add up to, deferred revenue with what its documents do (of which
-- unbilled_amount is revenue before its invoice). One row per step, period, legal entity and currency.
-- key: step, period_id, legal_entity, currency
-- owner: finance
with started as (
    select * from marts.periods
),

flows as (
    select * from intermediate.int_roll_flows
    where period_id <> '(none)'
),

open_items as (
    select period_id, legal_entity, currency, sum(amount) as amount, sum(item_count) as item_count
    from marts.ageing
    where code <> 'deferred'
    group by period_id, legal_entity, currency
),

deferred as (
    select * from intermediate.int_roll_deferred
),

-- What was billed before the calendar and is recognised in it is its opening balance.
before as (
    select step, legal_entity, currency, addition_amount - reduction_amount as amount
    from flows
    where period_id = '(before)'
),

places as (
    select distinct step, legal_entity, currency from flows
),

dense as (
    select
        places.step, places.legal_entity, places.currency, started.period_id, started.start_date,
        coalesce(flows.addition_amount, 0) as addition_amount,
        coalesce(flows.reduction_amount, 0) as reduction_amount,
        coalesce(flows.difference_amount, 0) as difference_amount,
        sum(coalesce(flows.addition_amount, 0) - coalesce(flows.reduction_amount, 0)) over (
            partition by places.step, places.legal_entity, places.currency order by started.start_date
            rows between unbounded preceding and current row
        ) as to_date_amount
    from places
    cross join started
    left join flows
        on places.step = flows.step
        and places.legal_entity = flows.legal_entity
        and places.currency = flows.currency
        and started.period_id = flows.period_id
),

closed as (
    select
        dense.*,
        case
            when dense.step = 'backlog' then coalesce(open_items.amount, 0)
            when dense.step = 'deferred_revenue' then coalesce(deferred.closing_amount, 0)
            else dense.to_date_amount
        end as closing_amount,
        case when dense.step = 'deferred_revenue' then coalesce(deferred.unbilled_amount, 0) end as unbilled_amount,
        case
            when dense.step = 'backlog' then coalesce(open_items.item_count, 0)
            when dense.step = 'deferred_revenue' then coalesce(deferred.document_count, 0)
        end as item_count
    from dense
    left join open_items
        on dense.period_id = open_items.period_id
        and dense.legal_entity = open_items.legal_entity
        and dense.currency = open_items.currency
    left join deferred
        on dense.period_id = deferred.period_id
        and dense.legal_entity = deferred.legal_entity
        and dense.currency = deferred.currency
),

listed as (
    select
        closed.step as step,
        case closed.step when 'bookings' then 1 when 'backlog' then 2 when 'billings' then 3 when 'deferred_revenue' then 4 else 5 end as step_number,
        closed.period_id as period_id,
        closed.legal_entity as legal_entity,
        closed.currency as currency,
        cast(coalesce(lag(closed.closing_amount) over (
            partition by closed.step, closed.legal_entity, closed.currency order by closed.start_date
        ), before.amount, 0) as decimal(38, 4)) as opening_amount,
        cast(closed.addition_amount as decimal(38, 4)) as addition_amount,
        cast(closed.reduction_amount as decimal(38, 4)) as reduction_amount,
        cast(closed.difference_amount as decimal(38, 4)) as difference_amount,
        cast(closed.closing_amount as decimal(38, 4)) as closing_amount,
        cast(closed.unbilled_amount as decimal(38, 4)) as unbilled_amount,
        cast(closed.item_count as bigint) as item_count
    from closed
    left join before
        on closed.step = before.step
        and closed.legal_entity = before.legal_entity
        and closed.currency = before.currency
)

select * from listed
