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

crm_rates as (
    select * from intermediate.int_crm_rates
),

erp_rates as (
    select * from intermediate.int_erp_rates
    where kind = 'erp'
),

erp_inverse_rates as (
    select * from intermediate.int_erp_rates
    where kind = 'erp_inverse'
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

mismatches as (
    select
        compared.*,
        crm_rates.rate as crm_rate,
        case when compared.currency = compared.order_base_currency then cast(1 as decimal(18, 10)) else erp_to.rate end as erp_to_base,
        case when compared.order_currency = compared.order_base_currency then cast(1 as decimal(18, 10)) else erp_from.rate end as base_to_order
    from compared
    inner join intermediate.int_deals as deals
        on compared.opportunity_id = deals.opportunity_id
    left join intermediate.int_orders as orders
        on compared.order_id = orders.order_id
    left join crm_rates
        on deals.source = crm_rates.crm
        and compared.currency = crm_rates.from_currency
        and compared.order_currency = crm_rates.to_currency
        and compared.close_date >= crm_rates.start_date
        and compared.close_date < crm_rates.next_start_date
    left join erp_rates as erp_to
        on orders.source = erp_to.erp
        and compared.currency = erp_to.from_currency
        and compared.order_base_currency = erp_to.to_currency
        and compared.order_date >= erp_to.start_date
        and compared.order_date < erp_to.next_start_date
    left join erp_inverse_rates as erp_from
        on orders.source = erp_from.erp
        and compared.order_base_currency = erp_from.from_currency
        and compared.order_currency = erp_from.to_currency
        and compared.order_date >= erp_from.start_date
        and compared.order_date < erp_from.next_start_date
    where compared.currency <> compared.order_currency
),

crossed as (
    select
        mismatches.*,
        cast(mismatches.erp_to_base * mismatches.base_to_order as decimal(18, 10)) as erp_rate
    from mismatches
),

translated as (
    select
        crossed.*,
        cast(case crossed.order_minor_digits
            when 0 then cast(round(crossed.booked_amount * crossed.crm_rate, 0) as decimal(38, 4))
            when 2 then cast(round(crossed.booked_amount * crossed.crm_rate, 2) as decimal(38, 4))
            when 3 then cast(round(crossed.booked_amount * crossed.crm_rate, 3) as decimal(38, 4))
            else cast(round(crossed.booked_amount * crossed.crm_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as translated_crm_amount,
        cast(case crossed.order_minor_digits
            when 0 then cast(round(crossed.booked_amount * crossed.erp_rate, 0) as decimal(38, 4))
            when 2 then cast(round(crossed.booked_amount * crossed.erp_rate, 2) as decimal(38, 4))
            when 3 then cast(round(crossed.booked_amount * crossed.erp_rate, 3) as decimal(38, 4))
            else cast(round(crossed.booked_amount * crossed.erp_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as translated_erp_amount
    from crossed
),

stepped as (
    select
        translated.chain_id,
        coalesce(translated.erp_rate, translated.crm_rate, 1) as price_factor,
        coalesce(translated.translated_crm_amount, translated.ordered_amount) as crm_amount,
        case
            when translated.crm_rate is null then translated.ordered_amount
            else coalesce(translated.translated_erp_amount, translated.translated_crm_amount)
        end as start_amount,
        case when translated.crm_rate is null then 'no rate' end as mismatch_cause
    from translated
),

other_currency as (
    select
        compared.*,
        true as is_mismatch,
        cast(stepped.price_factor as decimal(18, 10)) as price_factor,
        stepped.crm_amount,
        stepped.start_amount,
        stepped.mismatch_cause
    from compared
    inner join stepped
        on compared.chain_id = stepped.chain_id
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
