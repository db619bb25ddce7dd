-- How much of each system the other one has: not what was loaded of a source (that is completeness), but what the two say of each other. An id that no record of a side
-- has is not a gap: that side has no such field. A gap is expected
-- where the definitions say so (an account that never won needs no ERP customer; a deal out of scope needs no order). One row per measure.
-- key: measure
-- owner: revenue operations
with links as (
    select * from intermediate.int_customer_links
    where not is_deleted
),

erp_linked as (
    select distinct customer_id from links where side = 'erp' and tier <> 'none'
),

winners as (
    select distinct customer_id from intermediate.int_deals
),

accounts as (
    select
        count(*) as crm_count,
        sum(case when erp_linked.customer_id is not null then 1 else 0 end) as matched_count,
        sum(case when erp_linked.customer_id is null and winners.customer_id is null then 1 else 0 end) as expected_count
    from links
    left join erp_linked
        on links.source_customer_id = erp_linked.customer_id
    left join winners
        on links.source_customer_id = winners.customer_id
    where links.side = 'crm' and links.tier = 'crm'
),

erp_customers as (
    select count(*) as erp_count, sum(case when tier <> 'none' then 1 else 0 end) as matched_count
    from links
    where side = 'erp'
),

ordered_deals as (
    select distinct opportunity_id from intermediate.int_order_deals
),

twins as (
    select opportunity_id from intermediate.int_deal_twins
),

deals as (
    select
        count(*) as crm_count,
        sum(case when ordered_deals.opportunity_id is not null then 1 else 0 end) as matched_count,
        sum(case when ordered_deals.opportunity_id is null and (deals.scope_reason is not null or twins.opportunity_id is not null) then 1 else 0 end)
            as expected_count
    from intermediate.int_deals as deals
    left join ordered_deals
        on deals.opportunity_id = ordered_deals.opportunity_id
    left join twins
        on deals.opportunity_id = twins.opportunity_id
),

orders as (
    select
        count(*) as erp_count,
        sum(case when states.order_id is not null then 1 else 0 end) as matched_count,
        sum(case when states.order_id is null and exists (
            select 1 from staging.stg_tieout__scope_rules as scope_rules
            where scope_rules.rule = 'channel' and lower(scope_rules.value) = orders.channel
        ) then 1 else 0 end) as expected_count
    from intermediate.int_orders as orders
    left join intermediate.int_order_states as states
        on orders.order_id = states.order_id
),

crm_ids as (
    select count(*) as record_count, sum(case when other_reference is not null then 1 else 0 end) as filled_count
    from canonical.customers as customers
    inner join staging.stg_tieout__connections as connections
        on customers.source = connections.connection and connections.role = 'crm'
    where not customers.is_deleted
),

erp_ids as (
    select count(*) as record_count, sum(case when other_reference is not null then 1 else 0 end) as filled_count
    from canonical.customers as customers
    inner join staging.stg_tieout__connections as connections
        on customers.source = connections.connection and connections.role = 'erp'
    where not customers.is_deleted
),

-- where no ERP has sales orders, an invoice stands for the order
documents as (
    select
        case when coalesce(max(case when has_orders then 1 else 0 end), 1) = 1 then 'won deals with an order' else 'won deals with an invoice' end
            as deals_measure,
        case when coalesce(max(case when has_orders then 1 else 0 end), 1) = 1 then 'orders with a deal' else 'invoices with a deal' end
            as orders_measure
    from staging.stg_tieout__connections
    where role = 'erp'
),

measures as (
    select 'accounts with an ERP customer' as measure, crm_count, cast(null as bigint) as erp_count, matched_count,
        expected_count as expected_gap_count, crm_count - matched_count - expected_count as unexplained_gap_count
    from accounts
    union all
    select 'ERP customers with an account' as measure, cast(null as bigint) as crm_count, erp_count, matched_count, 0 as expected_gap_count,
        erp_count - matched_count as unexplained_gap_count
    from erp_customers
    union all
    select documents.deals_measure as measure, crm_count, cast(null as bigint) as erp_count, matched_count, expected_count as expected_gap_count,
        crm_count - matched_count - expected_count as unexplained_gap_count
    from deals
    cross join documents
    union all
    select documents.orders_measure as measure, cast(null as bigint) as crm_count, erp_count, matched_count, expected_count as expected_gap_count,
        erp_count - matched_count - expected_count as unexplained_gap_count
    from orders
    cross join documents
    union all
    select 'external ids on accounts' as measure, record_count as crm_count, cast(null as bigint) as erp_count, filled_count as matched_count,
        0 as expected_gap_count, record_count - filled_count as unexplained_gap_count
    from crm_ids
    where filled_count > 0
    union all
    select 'external ids on ERP customers' as measure, cast(null as bigint) as crm_count, record_count as erp_count, filled_count as matched_count,
        0 as expected_gap_count, record_count - filled_count as unexplained_gap_count
    from erp_ids
    where filled_count > 0
),

listed as (
    select
        measures.measure as measure,
        cast(measures.crm_count as bigint) as crm_count,
        cast(measures.erp_count as bigint) as erp_count,
        cast(measures.matched_count as bigint) as matched_count,
        cast(measures.expected_gap_count as bigint) as expected_gap_count,
        cast(measures.unexplained_gap_count as bigint) as unexplained_gap_count
    from measures
)

select * from listed
