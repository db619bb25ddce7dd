-- Deals of which an invoice bills a part, and the rest is still to come: those whose counting orders are all invoices of a pair of systems that the
-- configuration says so of. One row per deal.
-- key: opportunity_id
with links as (
    select * from intermediate.int_order_deals
),

states as (
    select * from intermediate.int_order_states
    where state = 'counts'
),

-- invoices_bill_parts:<crm>:<erp>
configured as (
    select nullif(split_part(name, ':', 2), '') as crm, nullif(split_part(name, ':', 3), '') as erp
    from staging.stg_tieout__settings
    where name like 'invoices_bill_parts:%'
),

deals as (
    select links.opportunity_id as opportunity_id
    from links
    inner join states
        on links.order_id = states.order_id
    left join configured
        on links.crm = configured.crm and links.erp = configured.erp
    group by links.opportunity_id
    having min(case when states.document = 'invoice' and configured.crm is not null then 1 else 0 end) = 1
)

select * from deals
