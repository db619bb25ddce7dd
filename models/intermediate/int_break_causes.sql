-- Why a difference came about, with the fields that tell it, where the records of either system can: of several causes that fit, the one nearest to
-- the first mistake. Breaks without a row keep the cause that their comparison gave. One row per item and code.
-- key: item_id, code
with breaks as (
    select
        item_id, code, min(opportunity_id) as opportunity_id, min(opportunity_line_id) as opportunity_line_id, min(order_id) as order_id,
        min(document_id) as document_id, min(customer_id) as customer_id, min(legal_entity) as legal_entity
    from intermediate.int_breaks
    where code not in ('timing', 'deferred', 'rounding', 'wrong_customer', 'wrong_entity')
    group by item_id, code
),

deal_lines as (
    select * from canonical.opportunity_lines
    where not is_deleted
),

order_terms as (
    select * from intermediate.int_chain_order_terms
),

states as (
    select * from intermediate.int_order_states
),

deal_orders as (
    select links.opportunity_id, states.order_id, states.number, states.document, states.state, states.order_date, states.created_at
    from intermediate.int_order_deals as links
    inner join states
        on links.order_id = states.order_id
),

-- The first order that counts: what the deal became later, it could not know.
ordered as (
    select
        opportunity_id, min(number) as order_number, min(document) as document, min(order_date) as order_date, min(created_at) as ordered_at
    from deal_orders
    where state = 'counts'
    group by opportunity_id
),

deal_changed as (
    select
        breaks.item_id, breaks.code, 20 as preference, 'deal changed after its order' as cause,
        'the ' || changed_deals.document || ' ' || coalesce(changed_deals.order_number, '') || ' of ' || cast(changed_deals.order_date as varchar)
        || ' was made when the deal came to ' || cast(changed_deals.amount_then as varchar) || '; since '
        || cast(cast(changed_deals.changed_at as date) as varchar) || ' it comes to ' || cast(changed_deals.amount_now as varchar) as evidence
    from breaks
    inner join intermediate.int_deals_changed_after_order as changed_deals
        on breaks.opportunity_id = changed_deals.opportunity_id
    inner join order_terms
        on breaks.item_id = order_terms.chain_id and order_terms.start_amount <> order_terms.ordered_amount
    where breaks.code in ('price', 'quantity', 'discount', 'tax_or_freight')
),

line_added as (
    select
        breaks.item_id, breaks.code, 20 as preference, 'deal changed after its order' as cause,
        'the line was added on ' || cast(cast(deal_lines.created_at as date) as varchar) || '; the ' || ordered.document || ' '
        || coalesce(ordered.order_number, '') || ' is of ' || cast(ordered.order_date as varchar) as evidence
    from breaks
    inner join deal_lines
        on breaks.opportunity_line_id = deal_lines.opportunity_line_id
    inner join ordered
        on breaks.opportunity_id = ordered.opportunity_id
    where breaks.code in ('not_ordered', 'not_invoiced') and breaks.order_id is null and deal_lines.created_at > ordered.ordered_at
),

-- One price of all lines of a chain; lines at several prices have none to compare with a list.
order_prices as (
    select shares.chain_id, min(lines.unit_price) as unit_price
    from breaks
    inner join intermediate.int_order_line_shares as shares
        on breaks.item_id = shares.chain_id
    inner join intermediate.int_document_lines as lines
        on shares.line_id = lines.line_id
    where breaks.code = 'price' and shares.class = 'counts' and lines.unit_price is not null
    group by shares.chain_id
    having min(lines.unit_price) = max(lines.unit_price)
),

priced as (
    select
        breaks.item_id, breaks.code, order_terms.product_code, order_terms.order_currency, order_terms.unit_price as deal_price,
        order_terms.order_date, order_prices.unit_price as order_price, deal_lines.list_price
    from breaks
    inner join order_terms
        on breaks.item_id = order_terms.chain_id
    inner join order_prices
        on breaks.item_id = order_prices.chain_id
    left join deal_lines
        on order_terms.opportunity_line_id = deal_lines.opportunity_line_id
    where breaks.code = 'price' and not order_terms.units_differ and order_terms.currency = order_terms.order_currency
        and order_terms.unit_price <> order_prices.unit_price
),

list_prices as (
    select products.code, entries.currency, entries.unit_price, entries.price_list, entries.is_active, entries.modified_at
    from canonical.price_list_entries as entries
    inner join intermediate.int_products as products
        on entries.product_id = products.product_id
    where not entries.is_deleted and entries.unit_price is not null
),

listed as (
    select
        priced.item_id, priced.code, priced.deal_price, priced.order_price,
        max(case when list_prices.is_active then list_prices.price_list end) as list_in_force,
        max(case when not list_prices.is_active then list_prices.price_list end) as list_superseded
    from priced
    inner join list_prices
        on priced.product_code = list_prices.code
        and priced.order_currency = list_prices.currency
        and priced.order_price = list_prices.unit_price
    group by priced.item_id, priced.code, priced.deal_price, priced.order_price
),

list_price as (
    select
        priced.item_id, priced.code, 30 as preference, 'ordered at the list price' as cause,
        'the deal agreed ' || cast(cast(priced.deal_price as decimal(38, 4)) as varchar) || ' instead of the list price '
        || cast(cast(priced.order_price as decimal(38, 4)) as varchar) as evidence
    from priced
    where priced.list_price = priced.order_price and priced.list_price <> priced.deal_price
    union all
    select
        listed.item_id, listed.code, 31 as preference, 'ordered at the list price' as cause,
        'the price list ' || listed.list_in_force || ' has ' || cast(cast(listed.order_price as decimal(38, 4)) as varchar) || '; the deal agreed '
        || cast(cast(listed.deal_price as decimal(38, 4)) as varchar) as evidence
    from listed
    where listed.list_in_force is not null
    union all
    select
        listed.item_id, listed.code, 32 as preference, 'price of a superseded list' as cause,
        'the price list ' || listed.list_superseded || ' had ' || cast(cast(listed.order_price as decimal(38, 4)) as varchar)
        || ' and is no longer in force; the deal agreed ' || cast(cast(listed.deal_price as decimal(38, 4)) as varchar) as evidence
    from listed
    where listed.list_in_force is null and listed.list_superseded is not null
),

factors as (
    select * from (values
        (cast(10 as decimal(38, 0)), 'factor of 10'),
        (cast(100 as decimal(38, 0)), 'factor of 100'),
        (cast(1000 as decimal(38, 0)), 'factor of 1000')
    ) as factors (factor, cause)
),

unit_factors as (
    select distinct products.code, units.unit, cast(units.base_quantity as decimal(38, 6)) as factor
    from intermediate.int_products as products
    inner join canonical.units as units
        on products.unit_group = units.unit_group
    where units.base_quantity <> 1
),

unit_of_chain as (
    select order_terms.*, breaks.code as break_code, unit_factors.factor, unit_factors.unit as factor_unit
    from breaks
    inner join order_terms
        on breaks.item_id = order_terms.chain_id
    inner join unit_factors
        on order_terms.product_code = unit_factors.code
    where breaks.code in ('price', 'quantity')
),

factor as (
    select
        breaks.item_id, breaks.code, 40 as preference, factors.cause,
        case when abs(order_terms.price_value) > abs(order_terms.value_before_price) then 'the order has the larger price' else 'the deal has the larger price' end
            as evidence
    from breaks
    inner join order_terms
        on breaks.item_id = order_terms.chain_id
    inner join factors
        on order_terms.price_value = order_terms.value_before_price * factors.factor
        or order_terms.price_value * factors.factor = order_terms.value_before_price
    where breaks.code = 'price' and order_terms.price_difference <> 0 and order_terms.value_before_price <> 0
    union all
    select
        breaks.item_id, breaks.code, 40 as preference, factors.cause,
        case when order_terms.ordered_quantity > order_terms.quantity then 'the order has the larger quantity' else 'the deal has the larger quantity' end
            as evidence
    from breaks
    inner join order_terms
        on breaks.item_id = order_terms.chain_id
    inner join factors
        on order_terms.ordered_quantity = order_terms.quantity * factors.factor
        or order_terms.ordered_quantity * factors.factor = order_terms.quantity
    where breaks.code = 'quantity' and order_terms.quantity <> 0
),

unit_factor as (
    select
        unit_of_chain.chain_id as item_id, unit_of_chain.break_code as code, 41 as preference, 'factor of a unit' as cause,
        'one ' || unit_of_chain.factor_unit || ' is ' || cast(cast(unit_of_chain.factor as decimal(18, 6)) as varchar) || ' of the base unit' as evidence
    from unit_of_chain
    where (
            unit_of_chain.break_code = 'price' and unit_of_chain.price_difference <> 0 and unit_of_chain.value_before_price <> 0
            and (
                unit_of_chain.price_value = unit_of_chain.value_before_price * unit_of_chain.factor
                or unit_of_chain.price_value * unit_of_chain.factor = unit_of_chain.value_before_price
            )
        )
        or (
            unit_of_chain.break_code = 'quantity' and unit_of_chain.quantity <> 0
            and (
                unit_of_chain.ordered_quantity = unit_of_chain.quantity * unit_of_chain.factor
                or unit_of_chain.ordered_quantity * unit_of_chain.factor = unit_of_chain.quantity
            )
        )
),

discount_left_out as (
    select
        breaks.item_id, breaks.code, 42 as preference, 'the deal''s discount was left out' as cause,
        'the deal has ' || cast(cast(order_terms.discount_percent as decimal(18, 2)) as varchar) || ' %, the ' || ordered.document || ' '
        || coalesce(ordered.order_number, '') || ' none' as evidence
    from breaks
    inner join order_terms
        on breaks.item_id = order_terms.chain_id
    inner join ordered
        on breaks.opportunity_id = ordered.opportunity_id
    where breaks.code = 'discount' and order_terms.discount_percent > 0 and order_terms.ordered_gross_amount = order_terms.ordered_amount
),

erp_customers as (
    select distinct customer_id from intermediate.int_customer_links
    where side = 'erp' and tier <> 'none' and not is_deleted
),

erp_products as (
    select distinct products.code
    from intermediate.int_products as products
    inner join staging.stg_tieout__connections as connections
        on products.source = connections.connection and connections.role = 'erp'
    where not products.is_deleted and products.code is not null
),

has_erp_products as (
    select count(*) as product_count from erp_products
),

no_order as (
    select breaks.*, deal_lines.product_code
    from breaks
    left join deal_lines
        on breaks.opportunity_line_id = deal_lines.opportunity_line_id
    where breaks.code in ('not_ordered', 'not_invoiced') and breaks.order_id is null
),

-- What must be there before an order can be made.
not_possible as (
    select
        no_order.item_id, no_order.code, 50 as preference, 'customer missing' as cause,
        'no ERP customer is linked to the account ' || no_order.customer_id as evidence
    from no_order
    left join erp_customers
        on no_order.customer_id = erp_customers.customer_id
    where erp_customers.customer_id is null
    union all
    select
        no_order.item_id, no_order.code, 51 as preference, 'legal entity empty' as cause,
        'neither the deal nor its account names a legal entity that the configuration knows' as evidence
    from no_order
    where no_order.legal_entity = '(none)'
    union all
    select
        no_order.item_id, no_order.code, 52 as preference, 'product unknown' as cause,
        'no ERP item has the code ' || no_order.product_code as evidence
    from no_order
    cross join has_erp_products
    left join erp_products
        on no_order.product_code = erp_products.code
    where no_order.product_code is not null and erp_products.code is null and has_erp_products.product_count > 0
),

-- The last message about each deal, where it never arrived.
messages as (
    select
        keys.record_id as opportunity_id, events.status, events.reason, events.attempts, events.occurred_at,
        row_number() over (partition by keys.record_id order by events.occurred_at desc, events.sync_event_id desc) as position
    from canonical.sync_events as events
    inner join intermediate.int_reference_keys as keys
        on keys.object = 'opportunity'
        and keys.reference_key = case length(events.reference)
            when 18 then 'u:' || upper(events.reference)
            when 15 then 'e:' || events.reference
            else 't:' || events.reference
        end
    where not events.is_deleted
),

dead_letter as (
    select
        no_order.item_id, no_order.code, 5 as preference,
        case when messages.status = 'dead_letter' then 'dead letter' else 'not delivered' end as cause,
        coalesce(messages.reason, 'no reason given') || ' (' || coalesce(cast(cast(messages.occurred_at as date) as varchar), 'no date')
        || coalesce(', attempt ' || cast(messages.attempts as varchar), '') || ')' as evidence
    from no_order
    inner join messages
        on no_order.opportunity_id = messages.opportunity_id
    where messages.position = 1 and messages.status in ('dead_letter', 'failed')
),

accepted_in_part as (
    select
        no_order.item_id, no_order.code, 60 as preference,
        case when ordered.document = 'order' then 'order accepted in part' else 'the deal''s invoices leave this line out' end as cause,
        'the ' || ordered.document || ' ' || coalesce(ordered.order_number, '') || ' of ' || cast(ordered.order_date as varchar) || ' has no line for it' as evidence
    from no_order
    inner join ordered
        on no_order.opportunity_id = ordered.opportunity_id
),

drafts as (
    select invoices.invoice_id, invoices.number, invoices.invoice_date, invoice_orders.order_id
    from canonical.invoices as invoices
    left join intermediate.int_invoice_orders as invoice_orders
        on invoices.invoice_id = invoice_orders.invoice_id
    where not invoices.is_deleted and not invoices.is_posted and not coalesce(invoices.is_voided, false)
),

draft_chains as (
    select shares.chain_id, drafts.number, drafts.invoice_date
    from drafts
    inner join intermediate.int_order_line_shares as shares
        on drafts.order_id = shares.document_id
    where shares.class = 'counts'
),

draft_deals as (
    select refs.record_id as opportunity_id, drafts.number, drafts.invoice_date
    from drafts
    inner join intermediate.int_references as refs
        on drafts.invoice_id = refs.referrer_id and refs.object = 'opportunity'
    where drafts.order_id is null and refs.record_id is not null
),

draft_invoice as (
    select
        breaks.item_id, breaks.code, 10 as preference, 'draft not posted' as cause,
        'the invoice ' || coalesce(draft_chains.number, '') || ' of ' || coalesce(cast(draft_chains.invoice_date as varchar), 'no date') || ' is a draft' as evidence
    from breaks
    inner join draft_chains
        on breaks.item_id = draft_chains.chain_id
    where breaks.code in ('not_invoiced', 'partly_invoiced')
    union all
    select
        breaks.item_id, breaks.code, 10 as preference, 'draft not posted' as cause,
        'the invoice ' || coalesce(draft_deals.number, '') || ' of ' || coalesce(cast(draft_deals.invoice_date as varchar), 'no date') || ' is a draft' as evidence
    from breaks
    inner join draft_deals
        on breaks.opportunity_id = draft_deals.opportunity_id
    where breaks.code in ('not_invoiced', 'not_ordered') and breaks.order_id is null
),

waiting as (
    select
        breaks.item_id, breaks.code, 60 as preference, 'approval pending' as cause,
        'the order ' || coalesce(deal_orders.number, '') || ' of ' || cast(deal_orders.order_date as varchar) || ' waits for approval' as evidence
    from breaks
    inner join deal_orders
        on breaks.opportunity_id = deal_orders.opportunity_id and deal_orders.state = 'pending'
    where breaks.code = 'awaiting_approval'
),

cancelled as (
    select
        breaks.item_id, breaks.code, 60 as preference, 'the order was cancelled' as cause,
        'the order ' || coalesce(deal_orders.number, '') || ' of ' || cast(deal_orders.order_date as varchar) || ' is cancelled' as evidence
    from breaks
    inner join intermediate.int_chain_states as chain_states
        on breaks.item_id = chain_states.chain_id and chain_states.state = 'cancelled_or_credited'
    inner join deal_orders
        on breaks.opportunity_id = deal_orders.opportunity_id and deal_orders.state = 'cancelled'
    where breaks.code = 'cancelled_or_credited'
),

twins as (
    select
        twins.opportunity_id as twin_id, 'the deal was entered twice' as cause, first.name as first_name,
        date_diff('second', first.created_at, second.created_at) as seconds_apart
    from intermediate.int_deal_twins as twins
    inner join canonical.opportunities as second
        on twins.opportunity_id = second.opportunity_id
    inner join canonical.opportunities as first
        on twins.twin_of_id = first.opportunity_id
    union all
    select
        second.order_id as twin_id,
        case when second.document = 'order' then 'the order was entered twice' else 'the invoice was entered twice' end as cause,
        first.number as first_name, date_diff('second', first.created_at, second.created_at) as seconds_apart
    from states as second
    inner join states as first
        on second.twin_of_id = first.order_id
    where second.state = 'twin'
    union all
    select
        twins.invoice_id as twin_id, 'the invoice was entered twice' as cause, first.number as first_name,
        date_diff('second', first.created_at, second.created_at) as seconds_apart
    from intermediate.int_invoice_twins as twins
    inner join canonical.invoices as second
        on twins.invoice_id = second.invoice_id
    inner join canonical.invoices as first
        on twins.twin_of_id = first.invoice_id
),

entered_twice as (
    select
        breaks.item_id, breaks.code, 60 as preference, twins.cause,
        case
            when twins.seconds_apart < 60 then 'less than a minute'
            when twins.seconds_apart < 7200 then cast(cast(floor(cast(twins.seconds_apart as decimal(18, 0)) * 0.01666666667) as bigint) as varchar) || ' minutes'
            else cast(cast(floor(cast(twins.seconds_apart as decimal(18, 0)) * 0.00027777778) as bigint) as varchar) || ' hours'
        end || ' after ' || coalesce(twins.first_name, 'the first') as evidence
    from breaks
    inner join twins
        on case when breaks.opportunity_id is null then coalesce(breaks.order_id, breaks.document_id) else breaks.opportunity_id end = twins.twin_id
    where breaks.code = 'duplicate'
),

not_won as (
    select
        breaks.item_id, breaks.code, 60 as preference,
        case when opportunities.is_won then 'the deal has no amount' else 'the deal is not won' end as cause,
        'the deal ' || coalesce(opportunities.name, opportunities.opportunity_id) || ' is at the stage ' || coalesce(opportunities.stage, 'none') as evidence
    from breaks
    inner join intermediate.int_order_deals as links
        on breaks.order_id = links.order_id and not links.is_won
    inner join canonical.opportunities as opportunities
        on links.opportunity_id = opportunities.opportunity_id
    where breaks.code = 'missing_in_crm'
),

-- What is linked to no deal, and names one all the same.
unlinked as (
    select breaks.item_id, breaks.code, breaks.order_id
    from breaks
    left join intermediate.int_order_deals as links
        on breaks.order_id = links.order_id
    where breaks.code = 'missing_in_crm' and breaks.order_id is not null and links.order_id is null
),

named_deals as (
    select unlinked.item_id, unlinked.code, unlinked.order_id, refs.name, refs.match_count, refs.candidates, refs.record_id as opportunity_id
    from unlinked
    inner join intermediate.int_references as refs
        on unlinked.order_id = refs.referrer_id and refs.object = 'opportunity'
    union all
    select
        unlinked.item_id, unlinked.code, unlinked.order_id, refs.name, refs.match_count, refs.candidates, refs.referrer_id as opportunity_id
    from unlinked
    inner join intermediate.int_references as refs
        on unlinked.order_id = refs.record_id and refs.object = 'order'
),

deleted_deals as (
    select opportunity_id, name, case when length(source_id) = 18 then substr(source_id, 1, 15) else source_id end as reference
    from canonical.opportunities
    where is_deleted and merged_into_id is null
),

rejected as (
    select distinct told.erp_id as order_id, coalesce(merged.merged_into_id, told.crm_id) as opportunity_id
    from staging.stg_tieout__decisions as told
    left join canonical.opportunities as merged
        on told.crm_id = merged.opportunity_id and merged.is_deleted
    where told.kind = 'order_reject'
),

lost_deals as (
    select
        named_deals.item_id, named_deals.code, 61 as preference,
        case
            when named_deals.match_count > 1 then 'it names several deals by one reference'
            when named_deals.match_count = 1 and rejected.order_id is not null then 'its link with the deal was rejected'
            when named_deals.match_count = 1 then 'the configuration leaves its link with the deal out'
            when deleted_deals.opportunity_id is not null then 'the deal was deleted'
            else 'the deal that it names is not there'
        end as cause,
        case
            when named_deals.match_count > 1 then 'it names ' || named_deals.name || ', which fits ' || named_deals.candidates
            when named_deals.match_count = 1 then 'the deal is ' || coalesce(opportunities.name, named_deals.opportunity_id)
            when deleted_deals.opportunity_id is not null
                then 'it names ' || named_deals.name || ', the deal ' || coalesce(deleted_deals.name, deleted_deals.opportunity_id)
            else 'it names ' || named_deals.name
        end as evidence
    from named_deals
    left join canonical.opportunities as opportunities
        on named_deals.opportunity_id = opportunities.opportunity_id
    left join rejected
        on named_deals.order_id = rejected.order_id and named_deals.opportunity_id = rejected.opportunity_id
    left join deleted_deals
        on case when length(named_deals.name) = 18 then substr(named_deals.name, 1, 15) else named_deals.name end = deleted_deals.reference
),

candidates as (
    select item_id, code, preference, cause, evidence from dead_letter
    union all
    select item_id, code, preference, cause, evidence from draft_invoice
    union all
    select item_id, code, preference, cause, evidence from deal_changed
    union all
    select item_id, code, preference, cause, evidence from line_added
    union all
    select item_id, code, preference, cause, evidence from list_price
    union all
    select item_id, code, preference, cause, evidence from factor
    union all
    select item_id, code, preference, cause, evidence from unit_factor
    union all
    select item_id, code, preference, cause, evidence from discount_left_out
    union all
    select item_id, code, preference, cause, evidence from not_possible
    union all
    select item_id, code, preference, cause, evidence from accepted_in_part
    union all
    select item_id, code, preference, cause, evidence from waiting
    union all
    select item_id, code, preference, cause, evidence from cancelled
    union all
    select item_id, code, preference, cause, evidence from entered_twice
    union all
    select item_id, code, preference, cause, evidence from not_won
    union all
    select item_id, code, preference, cause, evidence from lost_deals
),

ranked as (
    select
        candidates.*,
        row_number() over (partition by candidates.item_id, candidates.code order by candidates.preference, candidates.evidence) as position
    from candidates
),

causes as (
    select ranked.item_id as item_id, ranked.code as code, ranked.cause as cause, ranked.evidence as evidence
    from ranked
    where ranked.position = 1
)

select * from causes
