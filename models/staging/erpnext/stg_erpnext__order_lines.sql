-- ERPNext sales order lines, and what the order charges on an income account (freight). One row per line or charge.
-- key: order_line_id
with lines as (
    select * from staging.base_erpnext__document_lines
    where document = 'order'
),

charges as (
    select * from staging.base_erpnext__charges
    where document = 'order' and is_income
),

orders as (
    select _connection || ':' || name as order_id, currency, coalesce(status = 'Closed', false) as is_closed, _deleted as is_deleted
    from staging.base_erpnext__orders
),

all_lines as (
    select
        line_id, source, source_id, document_id, line_number, crm_reference, 'item' as kind, product_id, quantity, unit, unit_price,
        discount_percent, amount, is_deleted
    from lines
    union all
    select
        charge_id as line_id, source, source_id, document_id, line_number, cast(null as varchar) as crm_reference, 'freight' as kind,
        cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price, cast(null as decimal(18, 10)) as discount_percent, amount, is_deleted
    from charges
),

renamed as (
    select
        all_lines.line_id as order_line_id,
        all_lines.source as source,
        all_lines.source_id as source_id,
        all_lines.document_id as order_id,
        all_lines.line_number as line_number,
        all_lines.crm_reference as crm_reference,
        all_lines.kind as kind,
        cast(null as varchar) as applies_to_line_id,
        all_lines.product_id as product_id,
        all_lines.quantity as quantity,
        all_lines.unit as unit,
        all_lines.unit_price as unit_price,
        all_lines.discount_percent as discount_percent,
        all_lines.amount as amount,
        orders.currency as currency,
        orders.is_closed as is_closed,
        all_lines.is_deleted or orders.is_deleted as is_deleted
    from all_lines
    inner join orders
        on all_lines.document_id = orders.order_id
)

select * from renamed
