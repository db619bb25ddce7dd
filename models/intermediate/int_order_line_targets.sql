-- Where each order line goes, by the first rule that finds a deal line: the one that it names; those with its product (of several those at
-- its price, else those at whose price no line is); the deal lines that no order line names or matches; else a chain of its own. The configuration can put the first two in another order for a pair of systems, leave rules out, or
-- ask for the only deal line with the product: several are then refused (candidates). Freight goes to the charges. Counting orders are matched
-- apart from cancelled and pending ones. One row per order line and chain.
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

-- line_links:<crm>:<erp>:<rule>, and its place
configured as (
    select
        nullif(split_part(name, ':', 2), '') as crm, nullif(split_part(name, ':', 3), '') as erp, nullif(split_part(name, ':', 4), '') as rule,
        cast(value as integer) as place
    from staging.stg_tieout__settings
    where name like 'line_links:%'
),

rules as (
    select
        crm, erp,
        max(case when rule = 'line_names_deal_line' then place end) as named_place,
        max(case when rule = 'only_one_of_product' then place end) as only_place,
        max(case when rule = 'same_product' then place end) as product_place,
        max(case when rule = 'lines_left' then place end) as left_place
    from configured
    group by crm, erp
),

links as (
    select
        links.order_id, links.opportunity_id,
        case when rules.crm is null then 1 else rules.named_place end as named_place,
        rules.only_place as only_place,
        case when rules.crm is null then 2 else rules.product_place end as product_place,
        rules.crm is null or rules.left_place is not null as takes_lines_left,
        rules.crm is not null and (
            rules.named_place is null or coalesce(rules.named_place > rules.only_place, false) or coalesce(rules.named_place > rules.product_place, false)
        ) as is_product_first
    from intermediate.int_order_deals as links
    left join rules
        on links.crm = rules.crm and links.erp = rules.erp
    where links.is_won
),

targets as (
    select
        links.order_id, links.named_place, links.only_place, links.product_place, links.takes_lines_left, targets.*
    from links
    inner join intermediate.int_chain_targets as targets
        on links.opportunity_id = targets.opportunity_id
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

names as (
    select distinct
        lines.line_id, targets.chain_id, targets.weight, lines.class, targets.named_place as place, 'the order line names the deal line' as evidence
    from lines
    inner join refs
        on lines.line_id = refs.referrer_id
    inner join deal_line_kinds
        on refs.record_id = deal_line_kinds.opportunity_line_id
    inner join targets
        on lines.document_id = targets.order_id
        and deal_line_kinds.chain_id = targets.chain_id
    where targets.named_place is not null
),

product_first as (
    select distinct order_id from links
    where is_product_first
),

-- Lines that name their deal line are asked for their product only where that comes first.
asked_lines as (
    select * from lines
    where kind = 'item' and not exists (select 1 from names where names.line_id = lines.line_id)
    union all
    select lines.* from lines
    inner join product_first
        on lines.document_id = product_first.order_id
    where lines.kind = 'item' and exists (select 1 from names where names.line_id = lines.line_id)
),

products as (
    select
        lines.line_id, targets.chain_id, targets.weight, lines.class, targets.only_place, targets.product_place,
        count(*) over (partition by lines.line_id) as product_count,
        -- Each side rounds its amount by half a minor unit.
        case
            when abs(targets.amount * lines.quantity - lines.amount * targets.quantity) * 2
                <= (abs(lines.quantity) + abs(targets.quantity))
                * case lines.minor_digits when 0 then 1 when 2 then 0.01 when 3 then 0.001 else 0.0001 end
                then 1
            else 0
        end as is_at_its_price
    from asked_lines as lines
    inner join targets
        on lines.document_id = targets.order_id
        and lines.product_code = targets.product_code
        and targets.kind = 'line'
    where coalesce(targets.only_place, targets.product_place) is not null
),

priced_alike as (
    select distinct class, chain_id from products
    where product_count > 1 and is_at_its_price = 1
),

-- Of several deal lines with the product those at the line's price; else those at whose price no other line is.
compared as (
    select
        products.*,
        max(products.is_at_its_price) over (partition by products.line_id) as has_one_at_its_price,
        case when priced_alike.chain_id is null then 0 else 1 end as is_taken,
        min(case when priced_alike.chain_id is null then 0 else 1 end) over (partition by products.line_id) as are_all_taken
    from products
    left join priced_alike
        on products.class = priced_alike.class
        and products.chain_id = priced_alike.chain_id
),

product_places as (
    select
        line_id, chain_id, weight, class,
        case
            when product_count > 1 or only_place is null or product_place < only_place then product_place
            else only_place
        end as place,
        case
            when product_count > 1 and has_one_at_its_price = 1 then 'same product and price'
            when product_count > 1 or only_place is null or product_place < only_place then 'same product'
            else 'the only deal line with its product'
        end as evidence
    from compared
    where product_count = 1 or (has_one_at_its_price = 1 and is_at_its_price = 1) or (has_one_at_its_price = 0 and (is_taken = 0 or are_all_taken = 1))
),

outranked as (
    select distinct names.line_id from product_places
    inner join names
        on product_places.line_id = names.line_id
    where product_places.place < names.place
),

named as (
    select * from names
    where not exists (select 1 from outranked where outranked.line_id = names.line_id)
),

same_product as (
    select * from product_places
    where place is not null and not exists (select 1 from named where named.line_id = product_places.line_id)
),

-- Several deal lines have the product, and no rule may share it over them.
refused as (
    select line_id, min(chain_id) || ', ' || max(chain_id) || case when max(product_count) > 2 then ' and more' else '' end as candidates
    from products
    where product_count > 1 and product_place is null
        and not exists (select 1 from named where named.line_id = products.line_id)
    group by line_id
),

freight_targets as (
    select
        lines.line_id, charges.chain_id, lines.class, charges.freight_weight, charges.amount_weight,
        sum(charges.freight_weight) over (partition by lines.line_id) as freight_weight_sum
    from lines
    inner join intermediate.int_order_charges as charges
        on lines.document_id = charges.order_id
    where lines.kind = 'freight'
        and not exists (select 1 from named where named.line_id = lines.line_id)
),

freight as (
    select
        line_id, chain_id, case when freight_weight_sum = 0 then amount_weight else freight_weight end as weight, class, 'freight' as evidence
    from freight_targets
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
        and (targets.kind = 'deal' or (targets.kind = 'line' and targets.takes_lines_left))
    left join matched
        on targets.chain_id = matched.chain_id
        and unmatched_lines.class = matched.class
    where matched.chain_id is null
        and not exists (select 1 from refused where refused.line_id = unmatched_lines.line_id)
),

first_deals as (
    select order_id, min(opportunity_id) as opportunity_id from intermediate.int_order_deals where is_won group by order_id
),

own as (
    select
        unmatched_lines.line_id, unmatched_lines.line_id as chain_id, cast(1 as decimal(38, 4)) as weight, unmatched_lines.class,
        case when refused.line_id is null then 'no deal line for it' else 'several deal lines have its product' end as evidence
    from unmatched_lines
    left join refused
        on unmatched_lines.line_id = refused.line_id
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
        found.evidence as evidence,
        refused.candidates as candidates
    from found
    inner join lines
        on found.line_id = lines.line_id
    left join refused
        on found.line_id = refused.line_id
    left join first_deals
        on lines.document_id = first_deals.order_id
    left join targets
        on lines.document_id = targets.order_id
        and found.chain_id = targets.chain_id
)

select * from completed
