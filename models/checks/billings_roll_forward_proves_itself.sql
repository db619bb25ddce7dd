-- Proves opening + additions - reductions - differences = closing for each step from bookings to revenue, per period, legal entity and currency, and that
-- each step hands on what the next one takes: bookings to the backlog, the backlog to billings.
-- owner: finance
-- severity: error
-- blocks: true
with steps as (
    select * from marts.billings_roll_forward
),

by_step as (
    select
        period_id, legal_entity, currency,
        sum(case when step = 'bookings' then addition_amount - reduction_amount else 0 end) as booked,
        sum(case when step = 'backlog' then addition_amount else 0 end) as taken_into_backlog,
        sum(case when step = 'backlog' then reduction_amount else 0 end) as billed_from_backlog,
        sum(case when step = 'billings' then addition_amount - reduction_amount else 0 end) as billed
    from steps
    group by period_id, legal_entity, currency
),

problems as (
    select
        step, period_id, legal_entity, currency, closing_amount as stated_amount,
        opening_amount + addition_amount - reduction_amount - difference_amount as expected_amount
    from steps
    where opening_amount + addition_amount - reduction_amount - difference_amount is distinct from closing_amount
    union all
    select 'bookings to backlog' as step, period_id, legal_entity, currency, taken_into_backlog as stated_amount, booked as expected_amount
    from by_step
    where booked is distinct from taken_into_backlog
    union all
    select 'backlog to billings' as step, period_id, legal_entity, currency, billed_from_backlog as stated_amount, billed as expected_amount
    from by_step
    where billed is distinct from billed_from_backlog
)

select * from problems
