-- Deals whose amount changed after their first order that counts was made: what the deal became later, the order could not know. Amounts in the
-- deal's currency, as the CRM's own history has them. One row per deal.
-- key: opportunity_id
with deals as (
    select * from intermediate.int_deals
),

ordered as (
    select
        links.opportunity_id, min(states.number) as order_number, min(states.document) as document, min(states.order_date) as order_date,
        min(states.created_at) as ordered_at
    from intermediate.int_order_deals as links
    inner join intermediate.int_order_states as states
        on links.order_id = states.order_id
        and states.state = 'counts'
    group by links.opportunity_id
),

changes as (
    select changes.opportunity_id, changes.stage_change_id, changes.amount, changes.changed_at, ordered.ordered_at
    from canonical.stage_changes as changes
    inner join ordered
        on changes.opportunity_id = ordered.opportunity_id
    where changes.amount is not null and changes.changed_at is not null
),

amounts_then as (
    select
        changes.opportunity_id, changes.amount,
        row_number() over (partition by changes.opportunity_id order by changes.changed_at desc, changes.stage_change_id desc) as position
    from changes
    where changes.changed_at <= changes.ordered_at
),

changes_later as (
    select
        changes.opportunity_id, changes.changed_at,
        row_number() over (partition by changes.opportunity_id order by changes.changed_at, changes.stage_change_id) as position
    from changes
    inner join amounts_then
        on changes.opportunity_id = amounts_then.opportunity_id and amounts_then.position = 1
    where changes.changed_at > changes.ordered_at and changes.amount <> amounts_then.amount
),

changed as (
    select
        deals.opportunity_id, ordered.order_number, ordered.document, ordered.order_date, changes_later.changed_at,
        amounts_then.amount as amount_then, deals.amount as amount_now
    from deals
    inner join ordered
        on deals.opportunity_id = ordered.opportunity_id
    inner join amounts_then
        on deals.opportunity_id = amounts_then.opportunity_id and amounts_then.position = 1
    inner join changes_later
        on deals.opportunity_id = changes_later.opportunity_id and changes_later.position = 1
    where deals.amount <> amounts_then.amount
)

select * from changed
