-- What is open under each code and currency at the end of each period: opening + new - cleared = closing. Codes that are not carried are new and cleared
-- in their own period. One row per period, code and currency.
-- key: period_id, code, currency
-- owner: finance
with started as (
    select * from marts.periods
),

moves as (
    select * from intermediate.int_roll_moves
),

permanent as (
    select breaks.code, breaks.currency, breaks.period_id, sum(breaks.amount) as amount
    from marts.breaks as breaks
    where not breaks.is_carried and breaks.amount <> 0
    group by breaks.code, breaks.currency, breaks.period_id
),

split as (
    select
        moves.code, moves.currency, moves.period_id,
        case
            when moves.balance_before = 0 or (moves.balance_before > 0) = (moves.amount > 0) then moves.amount
            when (moves.balance_after > 0) = (moves.balance_before > 0) or moves.balance_after = 0 then cast(0 as decimal(38, 4))
            else moves.balance_after
        end as new_amount,
        case
            when moves.balance_before = 0 or (moves.balance_before > 0) = (moves.amount > 0) then cast(0 as decimal(38, 4))
            when (moves.balance_after > 0) = (moves.balance_before > 0) or moves.balance_after = 0 then -moves.amount
            else moves.balance_before
        end as cleared_amount,
        moves.amount
    from moves
    union all
    select permanent.code, permanent.currency, permanent.period_id, permanent.amount as new_amount, permanent.amount as cleared_amount,
        cast(0 as decimal(38, 4)) as amount
    from permanent
),

per_period as (
    select code, currency, period_id, sum(new_amount) as new_amount, sum(cleared_amount) as cleared_amount, sum(amount) as amount
    from split
    group by code, currency, period_id
),

codes as (
    select distinct code, currency from per_period
),

dense as (
    select
        started.period_id, started.start_date, codes.code, codes.currency,
        coalesce(per_period.new_amount, 0) as new_amount,
        coalesce(per_period.cleared_amount, 0) as cleared_amount,
        sum(coalesce(per_period.amount, 0)) over (
            partition by codes.code, codes.currency order by started.start_date
            rows between unbounded preceding and current row
        ) as closing_amount,
        coalesce(per_period.amount, 0) as amount
    from started
    cross join codes
    left join per_period
        on started.period_id = per_period.period_id
        and codes.code = per_period.code
        and codes.currency = per_period.currency
),

open_items as (
    select period_id, code, currency, cast(sum(item_count) as bigint) as item_count, min(oldest_date) as oldest_date
    from marts.ageing
    group by period_id, code, currency
),

listed as (
    select
        dense.period_id as period_id,
        dense.code as code,
        dense.currency as currency,
        cast(dense.closing_amount - dense.amount as decimal(38, 4)) as opening_amount,
        cast(dense.new_amount as decimal(38, 4)) as new_amount,
        cast(dense.cleared_amount as decimal(38, 4)) as cleared_amount,
        cast(dense.closing_amount as decimal(38, 4)) as closing_amount,
        coalesce(open_items.item_count, 0) as item_count,
        open_items.oldest_date as oldest_date
    from dense
    left join open_items
        on dense.period_id = open_items.period_id
        and dense.code = open_items.code
        and dense.currency = open_items.currency
)

select * from listed
