-- What of a billing document is still open on the customer's account: its lines that are not cleared, less what names it as settled in part, and what a
-- payment left open of it.
-- Debits positive. One row per billing document.
-- key: document_id
with items as (
    select * from staging.base_sap__customer_items
    where not is_deleted
),

billed as (
    select journal_id, billing_id, sum(case when is_cleared then 0 else amount end) as amount
    from items
    where billing_id is not null and document_type not in ('DZ', 'ZP')
    group by journal_id, billing_id
),

settled as (
    select settles_journal_id as journal_id, sum(amount) as amount
    from items
    where settles_journal_id is not null and not is_cleared
    group by settles_journal_id
),

open_amounts as (
    select
        billed.billing_id as document_id,
        cast(sum(billed.amount + coalesce(settled.amount, 0)) as decimal(38, 4)) as open_amount
    from billed
    left join settled
        on billed.journal_id = settled.journal_id
    group by billed.billing_id
)

select * from open_amounts
