-- What is open under each code at the end of each period, by age: days from when the item opened to the period's end. Amounts of both signs are in one
-- bucket, netted; bucket 0 is of items without a date. One row per period, code, currency, legal entity and bucket.
-- key: period_id, code, currency, legal_entity, bucket_number
-- owner: finance
with items as (
    select * from marts.open_items
),

listed as (
    select
        items.period_id as period_id,
        items.code as code,
        items.currency as currency,
        items.legal_entity as legal_entity,
        items.bucket_number as bucket_number,
        min(items.bucket) as bucket,
        cast(sum(items.amount) as decimal(38, 4)) as amount,
        count(*) as item_count,
        min(items.opened_date) as oldest_date
    from items
    group by items.period_id, items.code, items.currency, items.legal_entity, items.bucket_number
)

select * from listed
