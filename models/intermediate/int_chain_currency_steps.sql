-- The compared chains with their order, and the first step: from the deal's currency to the order's. start_amount is what the terms start from, in
-- the order's currency; price_factor turns deal prices into it. One row per compared chain.
-- key: chain_id
with states as (
    select * from intermediate.int_chain_states
    where state = 'compared'
),

orders as (
    select * from intermediate.int_chain_orders
),

chain_currencies as (
    select * from intermediate.int_chain_currencies
),

currencies as (
    select * from staging.stg_tieout__currencies
),

rates as (
    select * from intermediate.int_chain_rates
),

compared as (
    select
        states.*,
        coalesce(orders.order_currency, chain_currencies.order_currency, states.currency) as order_currency,
        coalesce(currencies.minor_digits, 2) as order_minor_digits,
        orders.order_id, orders.order_number, orders.order_date, orders.order_base_currency, orders.order_product_code, orders.order_unit,
        orders.unit_group, orders.order_unit_base_quantity, orders.ordered_quantity,
        coalesce(orders.ordered_gross_amount, 0) as ordered_gross_amount,
        coalesce(orders.ordered_amount, 0) as ordered_amount,
        coalesce(orders.order_line_count, 0) as order_line_count,
        coalesce(orders.is_closed_short, false) as is_closed_short,
        coalesce(orders.is_mixed, false) as is_mixed
    from states
    left join orders
        on states.chain_id = orders.chain_id
    left join chain_currencies
        on states.chain_id = chain_currencies.chain_id
    left join currencies
        on coalesce(orders.order_currency, chain_currencies.order_currency, states.currency) = currencies.currency
),

same_currency as (
    select
        compared.*,
        false as is_mismatch,
        cast(1 as decimal(18, 10)) as price_factor,
        cast(null as decimal(38, 4)) as crm_amount,
        compared.booked_amount as start_amount,
        cast(null as varchar) as mismatch_cause
    from compared
    where compared.currency = compared.order_currency
),

other_currency as (
    select
        compared.*,
        true as is_mismatch,
        rates.price_factor,
        coalesce(rates.crm_amount, compared.ordered_amount) as crm_amount,
        coalesce(rates.terms_amount, compared.ordered_amount) as start_amount,
        case when rates.crm_amount is null then 'no rate' end as mismatch_cause
    from compared
    inner join rates
        on compared.chain_id = rates.chain_id
    where compared.currency <> compared.order_currency
),

steps as (
    select * from same_currency
    union all
    select * from other_currency
),

-- what was needed on the way only is left behind
kept as (
    select
        chain_id, opportunity_id, kind, opportunity_line_id, booked_amount, product_id, product_code, quantity, unit, unit_price, discount_percent,
        customer_id, legal_entity, period_id, currency, close_date, scope_reason, twin_of_id, state, cause, order_currency, order_minor_digits, order_id,
        order_number, order_date, order_product_code, order_unit, unit_group, order_unit_base_quantity, ordered_quantity, ordered_gross_amount,
        ordered_amount, order_line_count, is_closed_short, is_mixed, is_mismatch, price_factor, crm_amount, start_amount, mismatch_cause
    from steps
)

select * from kept
