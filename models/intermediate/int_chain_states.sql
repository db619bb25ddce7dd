-- What can be said of each chain before any amount is compared: out of scope, entered twice, nothing to compare with, or compared.
-- One row per chain.
-- key: chain_id
with chains as (
    select * from intermediate.int_chains
),

twins as (
    select * from intermediate.int_deal_twins
),

line_counts as (
    select opportunity_id, count(*) as line_count from canonical.opportunity_lines where not is_deleted group by opportunity_id
),

chain_flags as (
    select
        shares.chain_id,
        max(case when states.state = 'counts' then 1 else 0 end) as has_counting,
        max(case when states.state = 'pending' then 1 else 0 end) as has_pending,
        max(case when states.state = 'cancelled' then 1 else 0 end) as has_cancelled
    from intermediate.int_order_line_shares as shares
    inner join intermediate.int_order_states as states
        on shares.document_id = states.order_id
    group by shares.chain_id
),

deal_flags as (
    select
        links.opportunity_id,
        max(case when states.state = 'counts' then 1 else 0 end) as has_counting,
        max(case when states.state = 'pending' then 1 else 0 end) as has_pending,
        max(case when states.state = 'cancelled' then 1 else 0 end) as has_cancelled,
        sum(case when states.state in ('counts', 'pending') then states.tax_amount else 0 end) as order_tax_amount
    from intermediate.int_order_deals as links
    inner join intermediate.int_order_states as states
        on links.order_id = states.order_id
    group by links.opportunity_id
),

-- Discounts on the header of orders.
order_discounts as (
    select document_id as order_id, sum(whole_discount_amount) as discount_amount
    from intermediate.int_document_lines
    where document in ('order', 'invoice') and whole_discount_amount <> 0
    group by document_id
),

deal_discounts as (
    select links.opportunity_id, sum(order_discounts.discount_amount) as discount_amount
    from intermediate.int_order_deals as links
    inner join intermediate.int_order_states as states
        on links.order_id = states.order_id and states.state in ('counts', 'pending')
    inner join order_discounts
        on links.order_id = order_discounts.order_id
    group by links.opportunity_id
),

order_steps as (
    select
        codes.legal_entity as legal_entity,
        max(case when not connections.has_orders then 0 else 1 end) as has_orders
    from staging.stg_tieout__legal_entity_codes as codes
    inner join staging.stg_tieout__connections as connections
        on codes.connection = connections.connection
    where connections.role = 'erp'
    group by codes.legal_entity
),

any_order_step as (
    select coalesce(max(case when not has_orders then 0 else 1 end), 1) as has_orders
    from staging.stg_tieout__connections
    where role = 'erp'
),

flagged as (
    select
        chains.*,
        coalesce(order_steps.has_orders, any_order_step.has_orders) as has_order_step,
        twins.twin_of_id as twin_of_id,
        coalesce(case when chains.kind = 'charges' then deal_flags.has_counting else chain_flags.has_counting end, 0) as has_counting,
        coalesce(case when chains.kind = 'charges' then deal_flags.has_pending else chain_flags.has_pending end, 0) as has_pending,
        coalesce(case when chains.kind = 'charges' then deal_flags.has_cancelled else chain_flags.has_cancelled end, 0) as has_cancelled,
        coalesce(deal_flags.has_counting, 0) as deal_has_counting,
        coalesce(deal_flags.order_tax_amount, 0) as order_tax_amount,
        coalesce(deal_discounts.discount_amount, 0) as order_discount_amount,
        case chains.minor_digits when 0 then 1 when 2 then 0.01 when 3 then 0.001 else 0.0001 end
        * cast(coalesce(line_counts.line_count, 1) as decimal(18, 4)) as rest_tolerance
    from chains
    cross join any_order_step
    left join order_steps
        on chains.legal_entity = order_steps.legal_entity
    left join line_counts
        on chains.opportunity_id = line_counts.opportunity_id
    left join twins
        on chains.opportunity_id = twins.opportunity_id
    left join chain_flags
        on chains.chain_id = chain_flags.chain_id
    left join deal_flags
        on chains.opportunity_id = deal_flags.opportunity_id
    left join deal_discounts
        on chains.opportunity_id = deal_discounts.opportunity_id
),

judged as (
    select
        flagged.*,
        case
            when flagged.scope_reason is not null then 'out_of_scope'
            when flagged.twin_of_id is not null then 'duplicate'
            when flagged.kind = 'rest' and flagged.booked_amount = flagged.order_tax_amount then 'tax_or_freight'
            when flagged.kind = 'rest' and abs(flagged.booked_amount) <= flagged.rest_tolerance then 'rounding'
            when flagged.kind = 'rest' and flagged.booked_amount = flagged.order_discount_amount then 'discount'
            when flagged.kind = 'rest' then 'unexplained'
            when flagged.has_counting = 1 then 'compared'
            when flagged.has_pending = 1 then 'awaiting_approval'
            when flagged.has_cancelled = 1 then 'cancelled_or_credited'
            when flagged.has_order_step = 0 then 'not_invoiced'
            else 'not_ordered'
        end as state,
        case
            when flagged.scope_reason is not null then flagged.scope_reason
            when flagged.twin_of_id is not null then 'the deal was entered twice'
            when flagged.kind = 'rest' and flagged.booked_amount = flagged.order_tax_amount then 'the deal''s amount includes the tax'
            when flagged.kind = 'rest' and abs(flagged.booked_amount) <= flagged.rest_tolerance then 'the deal''s lines are rounded one by one'
            when flagged.kind = 'rest' and flagged.booked_amount = flagged.order_discount_amount then 'the deal''s discount is on its header'
            when flagged.kind = 'rest' then 'lines don''t add up'
            when flagged.has_counting = 1 then cast(null as varchar)
            when flagged.has_pending = 1 then 'approval pending'
            when flagged.has_cancelled = 1 then 'the order was cancelled'
            when flagged.deal_has_counting = 1 and flagged.has_order_step = 0 then 'the deal''s invoices leave this line out'
            when flagged.deal_has_counting = 1 then 'order accepted in part'
            else 'no trace at all'
        end as cause
    from flagged
),

-- what was needed on the way only is left behind
kept as (
    select
        chain_id, opportunity_id, kind, opportunity_line_id, booked_amount, product_id, product_code, quantity, unit, unit_price, discount_percent,
        customer_id, legal_entity, period_id, currency, minor_digits, close_date, scope_reason, twin_of_id, state, cause
    from judged
)

select * from kept
