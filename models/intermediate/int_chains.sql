-- The units of the comparison: each deal line, each deal without lines, what a deal's amount has over its lines (rest), a deal's tax and freight
-- (charges), and each order line that no deal line stands for (own), with its booking and its place. One row per chain.
-- key: chain_id
with deals as (
    select * from intermediate.int_deals
),

targets as (
    select * from intermediate.int_chain_targets
),

lines as (
    select * from canonical.opportunity_lines
    where not is_deleted
),

line_sums as (
    select
        opportunity_id,
        sum(coalesce(amount, 0)) as lines_amount,
        sum(case when kind <> 'item' then coalesce(amount, 0) else 0 end) as charges_amount,
        sum(case when kind <> 'item' then 1 else 0 end) as charges_count
    from lines
    group by opportunity_id
),

ordered_chains as (
    select chain_id, chain_kind, min(opportunity_id) as opportunity_id, min(line_id) as line_id
    from intermediate.int_order_line_shares
    group by chain_id, chain_kind
),

-- Invoices may charge freight that was not ordered.
billed_freight as (
    select distinct charges.chain_id
    from intermediate.int_document_lines as document_lines
    inner join intermediate.int_invoice_orders as billed
        on document_lines.document_id = billed.invoice_id
    inner join intermediate.int_order_charges as charges
        on billed.order_id = charges.order_id
    where document_lines.document = 'invoice' and document_lines.kind = 'freight'
),

booked_lines as (
    select
        targets.chain_id, targets.opportunity_id, 'line' as kind, targets.opportunity_line_id,
        coalesce(lines.amount, 0) as booked_amount, lines.product_id, lines.product_code, lines.quantity, lines.unit, lines.unit_price,
        coalesce(lines.discount_percent, 0) as discount_percent
    from targets
    inner join lines
        on targets.opportunity_line_id = lines.opportunity_line_id
    where targets.kind = 'line'
),

bare_deals as (
    select
        targets.chain_id, targets.opportunity_id, 'deal' as kind, cast(null as varchar) as opportunity_line_id,
        deals.amount as booked_amount, cast(null as varchar) as product_id, cast(null as varchar) as product_code,
        cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit, cast(null as decimal(38, 8)) as unit_price,
        cast(0 as decimal(18, 10)) as discount_percent
    from targets
    inner join deals
        on targets.opportunity_id = deals.opportunity_id
    where targets.kind = 'deal'
),

charges as (
    select
        targets.chain_id, targets.opportunity_id, 'charges' as kind, cast(null as varchar) as opportunity_line_id,
        coalesce(line_sums.charges_amount, 0) as booked_amount, cast(null as varchar) as product_id,
        cast(null as varchar) as product_code, cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price, cast(0 as decimal(18, 10)) as discount_percent
    from targets
    left join line_sums
        on targets.opportunity_id = line_sums.opportunity_id
    left join ordered_chains
        on targets.chain_id = ordered_chains.chain_id
    left join billed_freight
        on targets.chain_id = billed_freight.chain_id
    where targets.kind = 'charges'
        and (coalesce(line_sums.charges_count, 0) > 0 or ordered_chains.chain_id is not null or billed_freight.chain_id is not null)
),

rests as (
    select
        deals.opportunity_id || ':rest' as chain_id, deals.opportunity_id, 'rest' as kind, cast(null as varchar) as opportunity_line_id,
        deals.amount - line_sums.lines_amount as booked_amount, cast(null as varchar) as product_id,
        cast(null as varchar) as product_code, cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price, cast(0 as decimal(18, 10)) as discount_percent
    from deals
    inner join line_sums
        on deals.opportunity_id = line_sums.opportunity_id
    where deals.amount <> line_sums.lines_amount
),

own as (
    select
        ordered_chains.chain_id, ordered_chains.opportunity_id, 'own' as kind, cast(null as varchar) as opportunity_line_id,
        cast(0 as decimal(38, 4)) as booked_amount, document_lines.product_id, document_lines.product_code,
        cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit, cast(null as decimal(38, 8)) as unit_price,
        cast(0 as decimal(18, 10)) as discount_percent
    from ordered_chains
    inner join intermediate.int_document_lines as document_lines
        on ordered_chains.line_id = document_lines.line_id
    where ordered_chains.chain_kind = 'own'
),

chains as (
    select * from booked_lines
    union all
    select * from bare_deals
    union all
    select * from charges
    union all
    select * from rests
    union all
    select * from own
),

placed as (
    select
        chains.*,
        deals.customer_id as customer_id,
        deals.legal_entity as legal_entity,
        deals.period_id as period_id,
        deals.currency as currency,
        deals.minor_digits as minor_digits,
        deals.close_date as close_date,
        deals.reporting_rate as reporting_rate,
        deals.scope_reason as scope_reason
    from chains
    inner join deals
        on chains.opportunity_id = deals.opportunity_id
)

select * from placed
