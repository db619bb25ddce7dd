-- Every item that is open under a code at the end of a period: its balance, and how old it is then (days from when it opened to the period's end). Bucket
-- 0 is of items without a date; step is the step of the billings roll-forward in which the item waits. One row per period, item, code, currency and
-- legal entity.
-- key: period_id, item_id, code, currency, legal_entity
-- owner: finance
with started as (
    select * from marts.periods
),

moves as (
    select * from intermediate.int_roll_moves
    where balance_after <> 0
),

aged as (
    select
        started.period_id, moves.item_id, moves.code, moves.currency, moves.legal_entity, moves.balance_after, moves.opened_date,
        case when moves.opened_date > started.end_date then 0 else date_diff('day', moves.opened_date, started.end_date) end as age_days
    from moves
    inner join started
        on moves.start_date <= started.start_date
        and started.start_date < coalesce(moves.next_start_date, date '9999-12-31')
),

buckets as (
    select * from intermediate.int_roll_buckets
),

items as (
    select * from marts.carried_items
),

listed as (
    select
        aged.period_id as period_id,
        aged.item_id as item_id,
        aged.code as code,
        aged.currency as currency,
        aged.legal_entity as legal_entity,
        aged.balance_after as amount,
        case when aged.code = 'deferred' then 'deferred_revenue' else 'backlog' end as step,
        coalesce(buckets.bucket_number, 0) as bucket_number,
        coalesce(buckets.bucket, 'without a date') as bucket,
        aged.opened_date as opened_date,
        aged.age_days as age_days,
        items.customer_id as customer_id,
        items.customer_name as customer_name,
        items.owner_name as owner_name,
        items.deal_name as deal_name,
        items.document_number as document_number,
        items.break_id as break_id
    from aged
    left join buckets
        on aged.age_days >= buckets.from_days
        and aged.age_days <= coalesce(buckets.to_days, 999999)
    left join items
        on aged.item_id = items.item_id
        and aged.code = items.code
        and aged.currency = items.currency
        and aged.legal_entity = items.legal_entity
)

select * from listed
