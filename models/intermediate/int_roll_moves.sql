-- Each carried item's balance under a code, as it moves: what it was before and after each period in which it has a break, until when that balance
-- stands, and when the item opened. One row per item, code, currency, legal entity and period with a break.
-- key: item_id, code, currency, legal_entity, period_id
with periods as (
    select period_id, start_date from staging.stg_tieout__periods
),

breaks as (
    select
        breaks.item_id, breaks.code, breaks.currency, breaks.legal_entity, breaks.period_id, periods.start_date, sum(breaks.amount) as amount,
        min(breaks.opened_date) as opened_date
    from marts.breaks as breaks
    inner join periods
        on breaks.period_id = periods.period_id
    where breaks.is_carried and breaks.amount <> 0
    group by breaks.item_id, breaks.code, breaks.currency, breaks.legal_entity, breaks.period_id, periods.start_date
),

carried as (
    select
        breaks.*,
        sum(breaks.amount) over (
            partition by breaks.item_id, breaks.code, breaks.currency, breaks.legal_entity order by breaks.start_date
            rows between unbounded preceding and current row
        ) as balance_after,
        lead(breaks.start_date) over (
            partition by breaks.item_id, breaks.code, breaks.currency, breaks.legal_entity order by breaks.start_date
        ) as next_start_date
    from breaks
),

moves as (
    select
        carried.item_id as item_id,
        carried.code as code,
        carried.currency as currency,
        carried.period_id as period_id,
        carried.legal_entity as legal_entity,
        carried.start_date as start_date,
        carried.next_start_date as next_start_date,
        carried.opened_date as opened_date,
        cast(carried.amount as decimal(38, 4)) as amount,
        cast(carried.balance_after - carried.amount as decimal(38, 4)) as balance_before,
        cast(carried.balance_after as decimal(38, 4)) as balance_after
    from carried
)

select * from moves
