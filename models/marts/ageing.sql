-- What is open under each code at the end of each period, by age: days from when the item opened to the period's end. Amounts of both signs are in one
-- bucket, netted; bucket 0 is of items without a date. One row per period, code, currency, legal entity and bucket.
-- key: period_id, code, currency, legal_entity, bucket_number
-- owner: finance
with started as (
    select * from marts.periods
),

moves as (
    select * from intermediate.int_roll_moves
    where balance_after <> 0
),

by_age as (
    select
        started.period_id, moves.code, moves.currency, moves.legal_entity,
        case when moves.opened_date > started.end_date then 0 else date_diff('day', moves.opened_date, started.end_date) end as age_days,
        count(*) as item_count, sum(moves.balance_after) as amount, min(moves.opened_date) as oldest_date
    from moves
    inner join started
        on moves.start_date <= started.start_date
        and started.start_date < coalesce(moves.next_start_date, date '9999-12-31')
    group by started.period_id, moves.code, moves.currency, moves.legal_entity,
        case when moves.opened_date > started.end_date then 0 else date_diff('day', moves.opened_date, started.end_date) end
),

buckets as (
    select * from intermediate.int_roll_buckets
),

listed as (
    select
        by_age.period_id as period_id,
        by_age.code as code,
        by_age.currency as currency,
        by_age.legal_entity as legal_entity,
        coalesce(buckets.bucket_number, 0) as bucket_number,
        coalesce(min(buckets.bucket), 'without a date') as bucket,
        cast(sum(by_age.amount) as decimal(38, 4)) as amount,
        cast(sum(by_age.item_count) as bigint) as item_count,
        min(by_age.oldest_date) as oldest_date
    from by_age
    left join buckets
        on by_age.age_days >= buckets.from_days
        and by_age.age_days <= coalesce(buckets.to_days, 999999)
    group by by_age.period_id, by_age.code, by_age.currency, by_age.legal_entity, coalesce(buckets.bucket_number, 0)
)

select * from listed
