-- Where each order line goes: the deal line that it names; else those with its product; freight to the charges; else the deal lines that no
-- order line names or matches; else a chain of its own. Counting orders are matched apart from cancelled and pending ones.
-- One row per order line and chain.
-- key: line_id, chain_id
with states as (
    select
        order_id, document, state,
        case when state = 'counts' then 'counts' else 'other' end as class
    from intermediate.int_order_states
    where state <> 'twin' and has_won_deal
),

lines as (
    select document_lines.*, states.class
    from intermediate.int_document_lines as document_lines
    inner join states
        on document_lines.document_id = states.order_id
        and document_lines.document = states.document
),

targets as (
    select links.order_id, targets.*
    from intermediate.int_order_deals as links
    inner join intermediate.int_chain_targets as targets
        on links.opportunity_id = targets.opportunity_id
    where links.is_won
),

deal_line_kinds as (
    select
        opportunity_line_id, opportunity_id,
        case when kind = 'item' then opportunity_line_id else opportunity_id || ':charges' end as chain_id
    from canonical.opportunity_lines
    where not is_deleted
),

refs as (
    select referrer_id, record_id from intermediate.int_references
    where object = 'opportunity_line' and record_id is not null
),

named as (
    select distinct lines.line_id, targets.chain_id, targets.weight, lines.class, 'the order line names the deal line' as evidence
    from lines
    inner join refs
        on lines.line_id = refs.referrer_id
    inner join deal_line_kinds
        on refs.record_id = deal_line_kinds.opportunity_line_id
    inner join targets
        on lines.document_id = targets.order_id
        and deal_line_kinds.chain_id = targets.chain_id
),

same_product as (
    select lines.line_id, targets.chain_id, targets.weight, lines.class, 'same product' as evidence
    from lines
    inner join targets
        on lines.document_id = targets.order_id
        and lines.product_code = targets.product_code
        and targets.kind = 'line'
    where lines.kind = 'item'
        and not exists (select 1 from named where named.line_id = lines.line_id)
),

freight as (
    select lines.line_id, targets.chain_id, targets.weight, lines.class, 'freight' as evidence
    from lines
    inner join targets
        on lines.document_id = targets.order_id
        and targets.kind = 'charges'
    where lines.kind = 'freight'
        and not exists (select 1 from named where named.line_id = lines.line_id)
),

matched as (
    select distinct class, chain_id from named
    union
    select distinct class, chain_id from same_product
),

unmatched_lines as (
    select lines.* from lines
    where lines.kind = 'item'
        and not exists (select 1 from named where named.line_id = lines.line_id)
        and not exists (select 1 from same_product where same_product.line_id = lines.line_id)
),

in_proportion as (
    select
        unmatched_lines.line_id, targets.chain_id, targets.weight, unmatched_lines.class,
        case when targets.kind = 'deal' then 'the deal has no lines' else 'the only deal lines left' end as evidence
    from unmatched_lines
    inner join targets
        on unmatched_lines.document_id = targets.order_id
        and targets.kind in ('line', 'deal')
    left join matched
        on targets.chain_id = matched.chain_id
        and unmatched_lines.class = matched.class
    where matched.chain_id is null
),

first_deals as (
    select order_id, min(opportunity_id) as opportunity_id from intermediate.int_order_deals where is_won group by order_id
),

own as (
    select
        unmatched_lines.line_id, unmatched_lines.line_id as chain_id, cast(1 as decimal(38, 4)) as weight, unmatched_lines.class,
        'no deal line for it' as evidence
    from unmatched_lines
    where not exists (select 1 from in_proportion where in_proportion.line_id = unmatched_lines.line_id)
),

found as (
    select line_id, chain_id, weight, class, evidence from named
    union all
    select line_id, chain_id, weight, class, evidence from same_product
    union all
    select line_id, chain_id, weight, class, evidence from freight
    union all
    select line_id, chain_id, weight, class, evidence from in_proportion
    union all
    select line_id, chain_id, weight, class, evidence from own
),

completed as (
    select
        found.line_id as line_id,
        found.chain_id as chain_id,
        coalesce(targets.opportunity_id, first_deals.opportunity_id) as opportunity_id,
        coalesce(targets.kind, 'own') as chain_kind,
        found.weight as weight,
        found.class as class,
        found.evidence as evidence
    from found
    inner join lines
        on found.line_id = lines.line_id
    left join first_deals
        on lines.document_id = first_deals.order_id
    left join targets
        on lines.document_id = targets.order_id
        and found.chain_id = targets.chain_id
)

select * from completed
