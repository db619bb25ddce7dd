-- The item lines of ERPNext orders, invoices and returns. The price is the one before the discount that the line shows apart: the price of
-- the list where there is such a discount, else the line's own. Quantities and amounts keep ERPNext's sign: negative on returns.
-- One row per line.
-- key: line_id
with order_lines as (
    select * from staging.base_erpnext__order_lines
),

invoice_lines as (
    select * from staging.base_erpnext__invoice_lines
),

lines as (
    select
        _connection, name, parent, 'order' as document, idx, item_code, qty, uom, unit_price, rate, discount_percentage, net_amount,
        base_net_amount, crm_line, cast(null as varchar) as so_detail, cast(null as varchar) as sales_invoice_item,
        cast(null as varchar) as income_account, '0' as enable_deferred_revenue, _deleted
    from order_lines
    union all
    select
        _connection, name, parent, 'invoice' as document, idx, item_code, qty, uom, unit_price, rate, discount_percentage, net_amount,
        base_net_amount, crm_line, so_detail, sales_invoice_item,
        income_account, enable_deferred_revenue, _deleted
    from invoice_lines
),

typed as (
    select
        lines._connection || ':' || lines.name as line_id,
        lines._connection as source,
        lines.name as source_id,
        lines._connection || ':' || lines.parent as document_id,
        lines.document as document,
        try_cast(lines.idx as bigint) as line_number,
        nullif(trim(lines.crm_line), '') as crm_reference,
        lines._connection || ':' || nullif(lines.so_detail, '') as order_line_id,
        lines._connection || ':' || nullif(lines.sales_invoice_item, '') as returned_line_id,
        lines._connection || ':' || lines.item_code as product_id,
        try_cast(lines.qty as decimal(18, 6)) as quantity,
        lines.uom as unit,
        case
            when coalesce(try_cast(lines.discount_percentage as decimal(18, 10)), 0) <> 0 then coalesce(nullif(coalesce(cast(try_cast(lines.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.unit_price as decimal(38, 8))), 0), coalesce(cast(try_cast(lines.rate as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.rate as decimal(38, 8))))
            else coalesce(cast(try_cast(lines.rate as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.rate as decimal(38, 8)))
        end as unit_price,
        nullif(try_cast(lines.discount_percentage as decimal(18, 10)), 0) as discount_percent,
        coalesce(coalesce(cast(try_cast(lines.net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.net_amount as decimal(38, 4))), 0) as amount,
        coalesce(coalesce(cast(try_cast(lines.base_net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.base_net_amount as decimal(38, 4))), 0) as base_amount,
        lines.income_account as income_account,
        coalesce(lines.enable_deferred_revenue = '1', false) as is_deferred,
        lines._deleted as is_deleted
    from lines
)

select * from typed
