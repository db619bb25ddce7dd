-- What a chain's booked amount is in the currency of its orders, where that is another than the deal's: at the CRM's rate of the close date, and at the ERP's
-- rate of the day of the first order that counts. terms_amount is what the terms start from: null without the CRM's rate, for then the order itself is what the
-- deal is taken to be. One row per chain ordered in another currency.
-- key: chain_id
with chain_currencies as (
    select * from intermediate.int_chain_currencies
),

chains as (
    select
        chains.chain_id, chains.opportunity_id, chains.booked_amount, chains.close_date, chains.currency, chain_currencies.order_currency,
        coalesce(currencies.minor_digits, 2) as minor_digits
    from intermediate.int_chains as chains
    inner join chain_currencies
        on chains.chain_id = chain_currencies.chain_id
        and chains.currency <> chain_currencies.order_currency
    left join staging.stg_tieout__currencies as currencies
        on chain_currencies.order_currency = currencies.currency
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

-- The first line of all is no re-bill.
lines as (
    select
        shares.chain_id, orders.source, states.order_date, states.base_currency,
        row_number() over (partition by shares.chain_id order by states.order_date, shares.document_id, shares.line_id) as position
    from intermediate.int_order_line_shares as shares
    inner join chains
        on shares.chain_id = chains.chain_id
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
        and lines.currency = chains.order_currency
    inner join intermediate.int_order_states as states
        on shares.document_id = states.order_id
    inner join intermediate.int_orders as orders
        on shares.document_id = orders.order_id
    where shares.class = 'counts'
),

firsts as (
    select chain_id, source, order_date, base_currency from lines
    where position = 1
),

found as (
    select
        chains.*, crm_rates.rate as crm_rate,
        case when chains.currency = firsts.base_currency then cast(1 as decimal(18, 10)) else erp_to.rate end as erp_to_base,
        case when chains.order_currency = firsts.base_currency then cast(1 as decimal(18, 10)) else erp_from.rate end as base_to_order
    from chains
    inner join intermediate.int_deals as deals
        on chains.opportunity_id = deals.opportunity_id
    left join firsts
        on chains.chain_id = firsts.chain_id
    left join crm_rates
        on deals.source = crm_rates.crm
        and chains.currency = crm_rates.from_currency
        and chains.order_currency = crm_rates.to_currency
        and chains.close_date >= crm_rates.start_date
        and chains.close_date < crm_rates.next_start_date
    left join erp_rates as erp_to
        on firsts.source = erp_to.erp
        and chains.currency = erp_to.from_currency
        and firsts.base_currency = erp_to.to_currency
        and firsts.order_date >= erp_to.start_date
        and firsts.order_date < erp_to.next_start_date
    left join erp_inverse_rates as erp_from
        on firsts.source = erp_from.erp
        and firsts.base_currency = erp_from.from_currency
        and chains.order_currency = erp_from.to_currency
        and firsts.order_date >= erp_from.start_date
        and firsts.order_date < erp_from.next_start_date
),

crossed as (
    select
        found.chain_id, found.booked_amount, found.minor_digits, found.crm_rate,
        cast(found.erp_to_base * found.base_to_order as decimal(18, 10)) as erp_rate
    from found
),

translated as (
    select
        crossed.*,
        cast(case crossed.minor_digits
            when 0 then cast(round(crossed.booked_amount * crossed.crm_rate, 0) as decimal(38, 4))
            when 2 then cast(round(crossed.booked_amount * crossed.crm_rate, 2) as decimal(38, 4))
            when 3 then cast(round(crossed.booked_amount * crossed.crm_rate, 3) as decimal(38, 4))
            else cast(round(crossed.booked_amount * crossed.crm_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as crm_amount,
        cast(case crossed.minor_digits
            when 0 then cast(round(crossed.booked_amount * crossed.erp_rate, 0) as decimal(38, 4))
            when 2 then cast(round(crossed.booked_amount * crossed.erp_rate, 2) as decimal(38, 4))
            when 3 then cast(round(crossed.booked_amount * crossed.erp_rate, 3) as decimal(38, 4))
            else cast(round(crossed.booked_amount * crossed.erp_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as erp_amount
    from crossed
),

rates as (
    select
        chain_id,
        cast(coalesce(erp_rate, crm_rate, 1) as decimal(18, 10)) as price_factor,
        crm_amount,
        case when crm_amount is not null then coalesce(erp_amount, crm_amount) end as terms_amount
    from translated
)

select * from rates
