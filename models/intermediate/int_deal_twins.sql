-- Deals entered twice: same account, amount, currency and close date as a deal made at most 24 hours before, and no order of their own.
-- One row per twin.
-- key: opportunity_id
with deals as (
    select * from intermediate.int_deals
),

twins as (
    select later.opportunity_id as opportunity_id, min(earlier.opportunity_id) as twin_of_id
    from deals as later
    inner join deals as earlier
        on later.customer_id = earlier.customer_id
        and later.amount = earlier.amount
        and later.currency = earlier.currency
        and later.close_date = earlier.close_date
    where (earlier.created_at < later.created_at or (earlier.created_at = later.created_at and earlier.opportunity_id < later.opportunity_id))
        and later.created_at <= earlier.created_at + interval '24' hour
        and not exists (select 1 from intermediate.int_order_deals as links where links.opportunity_id = later.opportunity_id)
    group by later.opportunity_id
)

select * from twins
