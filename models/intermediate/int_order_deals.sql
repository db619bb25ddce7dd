-- Which deals an order belongs to, by the first rule that finds any: a person's decision, the deals that the order names, the deals that name the order,
-- the deals whose lines its lines name. The configuration can put the last three in another order, or leave some out, for a pair of systems. Deals that are not won, or have no amount, are links
-- too (is_won false), so that what names them is not taken for an order without a deal. One row per order and deal.
-- key: order_id, opportunity_id
with orders as (
    select * from intermediate.int_orders
),

opportunities as (
    select opportunity_id, source, is_won and amount is not null as is_won from canonical.opportunities
    where not is_deleted
),

refs as (
    select * from intermediate.int_references
    where record_id is not null
),

-- A deal that was decided about may be merged since: what was said holds for the one that lives on, unless something was said of that one itself; a
-- link before a rejection, if it is made of several.
said as (
    select
        told.kind, coalesce(merged.merged_into_id, told.crm_id) as crm_id, told.erp_id, told.reason, told.decided_by,
        row_number() over (
            partition by coalesce(merged.merged_into_id, told.crm_id), told.erp_id
            order by case when merged.merged_into_id is null then 0 else 1 end, told.kind, told.crm_id
        ) as place
    from staging.stg_tieout__decisions as told
    left join canonical.opportunities as merged
        on told.crm_id = merged.opportunity_id and merged.is_deleted
    where told.kind in ('order_link', 'order_reject')
),

decisions as (
    select kind, crm_id, erp_id, reason, decided_by from said
    where place = 1
),

-- order_links:<crm>:<erp>:<rule>, and its place
configured as (
    select
        nullif(split_part(name, ':', 2), '') as crm, nullif(split_part(name, ':', 3), '') as erp, nullif(split_part(name, ':', 4), '') as rule, cast(value as integer) as place
    from staging.stg_tieout__settings
    where name like 'order_links:%'
),

configured_pairs as (
    select distinct crm, erp from configured
),

told as (
    select
        decisions.erp_id as order_id, decisions.crm_id as opportunity_id, 'decision' as rule, 0 as usual_place,
        coalesce(decisions.decided_by, 'someone') || ': ' || coalesce(decisions.reason, 'no reason given') as evidence
    from decisions
    where decisions.kind = 'order_link'
    union all
    select refs.referrer_id as order_id, refs.record_id as opportunity_id, 'order_names_deal' as rule, 1 as usual_place,
        'the order names the deal: ' || refs.name as evidence
    from refs
    where refs.object = 'opportunity'
    union all
    select refs.record_id as order_id, refs.referrer_id as opportunity_id, 'deal_names_order' as rule, 2 as usual_place,
        'the deal names the order: ' || refs.name as evidence
    from refs
    where refs.object = 'order'
),

-- What is told stands unless a person rejected it or the deal is gone: then the order's lines have their say.
standing as (
    select told.order_id
    from told
    inner join opportunities
        on told.opportunity_id = opportunities.opportunity_id
    left join decisions as rejected
        on rejected.kind = 'order_reject' and told.order_id = rejected.erp_id and told.opportunity_id = rejected.crm_id
    where rejected.erp_id is null
),

-- Only where nothing else is told, or these rules are configured: most orders need not be looked through line by line.
looked_through as (
    select orders.order_id
    from orders
    where not exists (select 1 from standing where standing.order_id = orders.order_id)
        or exists (select 1 from configured_pairs where configured_pairs.erp = orders.source)
),

named_lines as (
    select lines.order_id, lines.order_line_id as line_id
    from canonical.order_lines as lines
    inner join looked_through
        on lines.order_id = looked_through.order_id
    where not lines.is_deleted
    union all
    select lines.invoice_id as order_id, lines.invoice_line_id as line_id
    from canonical.invoice_lines as lines
    inner join looked_through
        on lines.invoice_id = looked_through.order_id
    where not lines.is_deleted
),

candidates as (
    select order_id, opportunity_id, rule, usual_place, evidence from told
    union all
    select
        named_lines.order_id, deal_lines.opportunity_id, 'lines_name_deal_lines' as rule, 3 as usual_place,
        'a line of the order names the deal''s line: ' || min(refs.name) as evidence
    from named_lines
    inner join refs
        on named_lines.line_id = refs.referrer_id
        and refs.object = 'opportunity_line'
    inner join canonical.opportunity_lines as deal_lines
        on refs.record_id = deal_lines.opportunity_line_id
    where not deal_lines.is_deleted
    group by named_lines.order_id, deal_lines.opportunity_id
),

placed as (
    select
        orders.order_id, opportunities.opportunity_id, opportunities.is_won, opportunities.source as crm, orders.source as erp, candidates.rule,
        candidates.evidence,
        case
            when candidates.rule = 'decision' or configured_pairs.crm is null then candidates.usual_place
            else configured.place
        end as place
    from candidates
    inner join orders
        on candidates.order_id = orders.order_id
    inner join opportunities
        on candidates.opportunity_id = opportunities.opportunity_id
    left join configured_pairs
        on opportunities.source = configured_pairs.crm and orders.source = configured_pairs.erp
    left join configured
        on opportunities.source = configured.crm and orders.source = configured.erp and candidates.rule = configured.rule
    left join decisions as rejected
        on rejected.kind = 'order_reject' and orders.order_id = rejected.erp_id and opportunities.opportunity_id = rejected.crm_id
    where rejected.erp_id is null
),

first_places as (
    select order_id, min(place) as place from placed where place is not null group by order_id
),

links as (
    select
        placed.order_id as order_id, placed.opportunity_id as opportunity_id, placed.is_won as is_won, placed.crm as crm, placed.erp as erp, min(placed.rule) as rule,
        min(placed.evidence) as evidence
    from placed
    inner join first_places
        on placed.order_id = first_places.order_id and placed.place = first_places.place
    group by placed.order_id, placed.opportunity_id, placed.is_won, placed.crm, placed.erp
)

select * from links
