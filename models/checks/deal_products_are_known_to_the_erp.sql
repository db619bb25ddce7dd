-- Names the products of won deals that the ERP has none of: their lines are compared with what the order's other lines leave over. Where the ERP writes
-- the code differently, tieout.yml says so (product_codes).
-- owner: integrations
-- severity: warning
with erp_codes as (
    select distinct products.code
    from intermediate.int_products as products
    inner join staging.stg_tieout__connections as connections
        on products.source = connections.connection
    where connections.role = 'erp' and not products.is_deleted and products.code is not null
),

deals as (
    select opportunity_id from intermediate.int_deals
    where scope_reason is null
),

sold as (
    select lines.product_code, count(*) as line_count, sum(lines.amount) as amount, lines.currency
    from canonical.opportunity_lines as lines
    inner join deals
        on lines.opportunity_id = deals.opportunity_id
    where not lines.is_deleted and lines.kind = 'item' and lines.product_code is not null
    group by lines.product_code, lines.currency
),

problems as (
    select sold.product_code, sold.line_count, sold.amount, sold.currency
    from sold
    where exists (select 1 from erp_codes)
        and not exists (select 1 from erp_codes where erp_codes.code = sold.product_code)
)

select * from problems
