-- The breaks between deal, order and invoice of compared chains, all in the booking's month at the deal's customer and legal entity.
-- One row per break.
-- key: item_id, code, period_id, customer_id, legal_entity, currency, step
with order_terms as (
    select * from intermediate.int_chain_order_terms
),

invoice_terms as (
    select * from intermediate.int_chain_invoice_terms
),

steps as (
    select chain_id, 'currency_mismatch' as code, 'from' as step, booked_amount as amount, currency, mismatch_cause as cause,
        currency as crm_value, order_currency as erp_value
    from order_terms
    where is_mismatch
    union all
    select chain_id, 'currency_mismatch' as code, 'to' as step, -crm_amount as amount, order_currency as currency, mismatch_cause as cause,
        currency as crm_value, order_currency as erp_value
    from order_terms
    where is_mismatch
    union all
    select chain_id, 'exchange_rate' as code, 'order' as step, crm_amount - start_amount as amount, order_currency as currency,
        cast(null as varchar) as cause, cast(crm_amount as varchar) as crm_value, cast(start_amount as varchar) as erp_value
    from order_terms
    where is_mismatch
    union all
    select chain_id, 'currency_mismatch' as code, 'ordered elsewhere' as step, elsewhere_difference as amount, order_currency as currency,
        'ordered in another currency than the deal''s other orders' as cause, order_currency as crm_value, elsewhere_currency as erp_value
    from order_terms
    union all
    select chain_id, 'quantity' as code, 'order' as step, quantity_difference as amount, order_currency as currency, cast(null as varchar) as cause,
        cast(quantity as varchar) || coalesce(' ' || unit, '') as crm_value,
        cast(ordered_quantity as varchar) || coalesce(' ' || order_unit, '') as erp_value
    from order_terms
    union all
    select chain_id, 'unit_of_measure' as code, 'order' as step, unit_difference as amount, order_currency as currency, cast(null as varchar) as cause,
        unit as crm_value, order_unit as erp_value
    from order_terms
    union all
    select chain_id, price_code as code, 'order price' as step, price_difference as amount, order_currency as currency,
        case
            when price_code = 'unit_of_measure' then 'unit unknown'
            when price_code = 'tax_or_freight' then 'the deal''s prices include the tax'
            when value_before_price <> 0 and (price_value = value_before_price * 10 or price_value * 10 = value_before_price) then 'factor of 10'
            when value_before_price <> 0 and (price_value = value_before_price * 100 or price_value * 100 = value_before_price) then 'factor of 100'
            when value_before_price <> 0 and (price_value = value_before_price * 1000 or price_value * 1000 = value_before_price)
                then 'factor of 1000'
        end as cause,
        cast(value_before_price as varchar) as crm_value, cast(price_value as varchar) as erp_value
    from order_terms
    union all
    select chain_id, rest_code as code, 'order rest' as step, rest_difference as amount, order_currency as currency,
        case
            when kind = 'own' then 'product not on the deal'
            when kind = 'deal' and rest_code = 'tax_or_freight' then 'the deal''s amount includes the tax'
        end as cause,
        cast(value_before_price - price_difference as varchar) as crm_value, cast(ordered_amount as varchar) as erp_value
    from order_terms
    union all
    select invoice_terms.chain_id, invoice_terms.terms_code as code, 'invoice' as step,
        case when invoice_terms.invoice_line_count = 0 then cast(0 as decimal(38, 4)) else invoice_terms.terms_difference end as amount,
        order_terms.order_currency as currency, 'invoiced at other terms than ordered' as cause,
        cast(invoice_terms.value_at_order_terms as varchar) as crm_value, cast(invoice_terms.invoiced_amount as varchar) as erp_value
    from invoice_terms
    inner join order_terms
        on invoice_terms.chain_id = order_terms.chain_id
    union all
    select invoice_terms.chain_id, 'currency_mismatch' as code, 'elsewhere' as step, invoice_terms.elsewhere_amount as amount,
        order_terms.order_currency as currency, 'invoiced in another currency than ordered' as cause,
        order_terms.order_currency as crm_value, invoice_terms.elsewhere_currency as erp_value
    from invoice_terms
    inner join order_terms
        on invoice_terms.chain_id = order_terms.chain_id
    union all
    select invoice_terms.chain_id, invoice_terms.remaining_code as code, 'remaining' as step, invoice_terms.remaining_amount as amount,
        order_terms.order_currency as currency,
        case
            when invoice_terms.is_over_quantity then 'invoiced more than ordered'
            when invoice_terms.is_closed_short then 'closed short'
        end as cause,
        cast(invoice_terms.ordered_amount as varchar) as crm_value, cast(invoice_terms.value_at_order_terms as varchar) as erp_value
    from invoice_terms
    inner join order_terms
        on invoice_terms.chain_id = order_terms.chain_id
    union all
    select invoice_terms.chain_id, 'cancelled_or_credited' as code, 'closed' as step, invoice_terms.closed_remaining_amount as amount,
        order_terms.order_currency as currency, 'closed short' as cause,
        cast(invoice_terms.ordered_amount as varchar) as crm_value, cast(invoice_terms.value_at_order_terms as varchar) as erp_value
    from invoice_terms
    inner join order_terms
        on invoice_terms.chain_id = order_terms.chain_id
),

placed as (
    select
        steps.chain_id as item_id, steps.code, steps.step, steps.cause, chains.period_id, chains.customer_id, chains.legal_entity,
        steps.currency, cast(steps.amount as decimal(38, 4)) as amount, chains.opportunity_id, chains.opportunity_line_id, chains.order_id,
        steps.crm_value, steps.erp_value
    from steps
    inner join order_terms as chains
        on steps.chain_id = chains.chain_id
    where steps.amount <> 0
)

select * from placed
