-- Proves that what deals were won for and what was ordered of them are within 2 % of each other, per month, pair of systems and currency. A deal in another
-- currency than its order counts at the CRM's rate of its close date.
-- owner: finance
-- severity: warning
with terms as (
    select * from intermediate.int_chain_order_terms
),

orders as (
    select order_id, source from intermediate.int_orders
),

deals as (
    select opportunity_id, source from intermediate.int_deals
),

ordered as (
    select
        terms.period_id, deals.source as crm, coalesce(orders.source, '(none)') as erp, terms.currency as deal_currency, terms.order_currency,
        case when terms.is_mismatch then terms.crm_amount else terms.start_amount end as deal_amount, terms.ordered_amount
    from terms
    inner join deals
        on terms.opportunity_id = deals.opportunity_id
    left join orders
        on terms.order_id = orders.order_id
),

added_up as (
    select
        period_id, crm, erp, deal_currency, order_currency, cast(sum(deal_amount) as decimal(38, 4)) as deal_amount,
        cast(sum(ordered_amount) as decimal(38, 4)) as ordered_amount
    from ordered
    group by period_id, crm, erp, deal_currency, order_currency
),

problems as (
    select
        added_up.*,
        'deals were won for ' || cast(deal_amount as varchar) || ' and ordered for ' || cast(ordered_amount as varchar) || ' ' || order_currency as explanation
    from added_up
    where abs(deal_amount - ordered_amount) > abs(deal_amount) * 0.02
)

select * from problems
