-- Every deal line with what became of it: order, invoices, credits, cash and recognised revenue, and how long the order took. Amounts from the order on are
-- in the order's currency; cash is with tax, shared by invoice, and where it was applied in the legal entity's currency at the invoice's own rate; a
-- voided payment is none. One row per chain.
-- key: chain_id
-- owner: revenue operations
with chains as (
    select * from intermediate.int_chain_states
),

orders as (
    select * from intermediate.int_chain_orders
),

deals as (
    select * from intermediate.int_deals
),

customers as (
    select * from intermediate.int_customers
),

products as (
    select * from canonical.products
),

won as (
    select * from intermediate.int_won_at
),

months as (
    select
        chain_id, sum(invoiced_amount + rebilled_amount) as invoiced_amount, sum(credited_amount) as credited_amount,
        sum(recognised_amount) as recognised_amount
    from intermediate.int_chain_months
    group by chain_id
),

invoice_nets as (
    select document_id as invoice_id, sum(amount) as net_amount
    from intermediate.int_document_lines
    where document = 'invoice'
    group by document_id
),

-- ERPNext applies what is paid in the currency of the debtors' account.
applied as (
    select
        applications.invoice_id,
        case
            when coalesce(applications.currency, invoices.currency) = invoices.currency then applications.amount
            when applications.currency = legal_entities.currency and invoices.exchange_rate > 0
                then applications.amount * cast(cast(1 as double) / cast(invoices.exchange_rate as double) as decimal(38, 15))
        end as amount
    from canonical.payment_applications as applications
    inner join canonical.invoices as invoices
        on applications.invoice_id = invoices.invoice_id
    left join canonical.legal_entities as legal_entities
        on invoices.legal_entity_id = legal_entities.legal_entity_id
    left join canonical.payments as payments
        on applications.payment_id = payments.payment_id
    where not applications.is_deleted and applications.payment_id is not null
        and not coalesce(payments.is_voided, false) and not coalesce(payments.is_deleted, false)
),

invoice_payments as (
    select invoice_id, sum(cast(amount as decimal(38, 4))) as paid_amount
    from applied
    group by invoice_id
),

chain_invoices as (
    select
        invoices.chain_id, invoices.invoice_id, min(invoices.invoice_date) as invoice_date, sum(invoices.amount) as amount
    from intermediate.int_chain_invoices as invoices
    group by invoices.chain_id, invoices.invoice_id
),

paid as (
    select
        chain_invoices.chain_id,
        min(chain_invoices.invoice_date) as first_invoice_date,
        max(chain_invoices.invoice_date) as last_invoice_date,
        sum(coalesce(invoice_payments.paid_amount, 0) * cast(
            cast(chain_invoices.amount as double) / cast(nullif(invoice_nets.net_amount, 0) as double) as decimal(38, 15)
        )) as near_paid_amount
    from chain_invoices
    left join invoice_nets
        on chain_invoices.invoice_id = invoice_nets.invoice_id
    left join invoice_payments
        on chain_invoices.invoice_id = invoice_payments.invoice_id
    group by chain_invoices.chain_id
),

-- One after the other and each once: what is joined is kept in memory until all of it is.
joined as (
    select
        chains.chain_id as chain_id,
        chains.opportunity_id as opportunity_id,
        chains.opportunity_line_id as opportunity_line_id,
        chains.customer_id as customer_id,
        chains.legal_entity as legal_entity,
        chains.close_date as close_date,
        chains.period_id as period_id,
        chains.currency as currency,
        chains.product_code as product_code,
        chains.quantity as quantity,
        chains.booked_amount as booked_amount,
        deals.deal_name as deal_name,
        customers.customer_name as customer_name,
        products.name as product_name,
        orders.order_id as order_id,
        orders.order_number as order_number,
        orders.ordered_amount as ordered_amount,
        orders.order_currency as order_currency,
        orders.evidence as order_evidence,
        orders.ordered_at as ordered_at,
        links.rule as link_rule,
        links.evidence as order_link_evidence,
        months.invoiced_amount as invoiced_amount,
        months.credited_amount as credited_amount,
        months.recognised_amount as recognised_amount,
        paid.near_paid_amount as near_paid_amount,
        paid.first_invoice_date as first_invoice_date,
        paid.last_invoice_date as last_invoice_date,
        won.won_at as won_at,
        -- A moment at midnight is a date that stands for a moment (Xero tells no more): it has no minutes.
        case
            when won.won_at > cast(cast(won.won_at as date) as timestamp) and orders.ordered_at > cast(cast(orders.ordered_at as date) as timestamp)
                then date_diff('second', won.won_at, orders.ordered_at)
        end as won_to_order_seconds,
        coalesce(currencies.minor_digits, 2) as minor_digits
    from chains
    inner join deals
        on chains.opportunity_id = deals.opportunity_id
    left join won
        on chains.opportunity_id = won.opportunity_id
    left join customers
        on chains.customer_id = customers.customer_id
    left join products
        on chains.product_id = products.product_id
    left join orders
        on chains.chain_id = orders.chain_id
    left join intermediate.int_order_deals as links
        on orders.order_id = links.order_id
        and chains.opportunity_id = links.opportunity_id
    left join months
        on chains.chain_id = months.chain_id
    left join paid
        on chains.chain_id = paid.chain_id
    left join staging.stg_tieout__currencies as currencies
        on coalesce(orders.order_currency, chains.currency) = currencies.currency
),

listed as (
    select
        joined.chain_id as chain_id,
        joined.opportunity_id as opportunity_id,
        joined.opportunity_line_id as opportunity_line_id,
        joined.deal_name as deal_name,
        joined.customer_id as customer_id,
        joined.customer_name as customer_name,
        joined.legal_entity as legal_entity,
        joined.close_date as close_date,
        joined.period_id as period_id,
        joined.currency as currency,
        joined.product_code as product_code,
        joined.product_name as product_name,
        joined.quantity as quantity,
        cast(joined.booked_amount as decimal(38, 4)) as booked_amount,
        joined.order_id as order_id,
        joined.order_number as order_number,
        joined.ordered_amount as ordered_amount,
        joined.order_currency as order_currency,
        cast(coalesce(joined.invoiced_amount, 0) as decimal(38, 4)) as invoiced_amount,
        cast(coalesce(joined.credited_amount, 0) as decimal(38, 4)) as credited_amount,
        case joined.minor_digits
            when 0 then cast(round(coalesce(joined.near_paid_amount, 0), 0) as decimal(38, 4))
            when 2 then cast(round(coalesce(joined.near_paid_amount, 0), 2) as decimal(38, 4))
            when 3 then cast(round(coalesce(joined.near_paid_amount, 0), 3) as decimal(38, 4))
            else cast(round(coalesce(joined.near_paid_amount, 0), 4) as decimal(38, 4))
        end as paid_amount,
        cast(coalesce(joined.recognised_amount, 0) as decimal(38, 4)) as recognised_amount,
        joined.first_invoice_date as first_invoice_date,
        joined.last_invoice_date as last_invoice_date,
        joined.won_at as won_at,
        joined.ordered_at as ordered_at,
        cast(floor(cast(joined.won_to_order_seconds as decimal(18, 0)) * 0.01666666667) as bigint) as won_to_order_minutes,
        case
            when joined.won_to_order_seconds is null then 'n/a'
            when joined.won_to_order_seconds < 900 then 'under 15 minutes'
            when joined.won_to_order_seconds <= 3600 then '15 to 60 minutes'
            else 'over an hour'
        end as won_to_order_bucket,
        case joined.link_rule
            when 'decision' then 'a person linked them; '
            when 'order_names_deal' then 'the order names the deal; '
            when 'deal_names_order' then 'the deal names the order; '
            when 'lines_name_deal_lines' then 'the order''s lines name the deal''s; '
            else ''
        end || joined.order_evidence as link_evidence,
        joined.order_link_evidence as order_link_evidence
    from joined
)

select * from listed
