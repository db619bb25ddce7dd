-- ERPNext sales invoice lines, each with the order line that it bills, and what the invoice charges on an income account (freight), which
-- bills the order's only charge on that account. An opening invoice has none: it keeps what is owed of one that was billed elsewhere, before.
-- One row per line or charge.
-- key: invoice_line_id
with lines as (
    select * from staging.base_erpnext__document_lines
    where document = 'invoice'
),

charges as (
    select * from staging.base_erpnext__charges
    where document = 'invoice' and is_income
),

invoices as (
    select * from staging.base_erpnext__sales_invoices
    where not is_return and not is_opening
),

invoice_orders as (
    select * from staging.base_erpnext__invoice_orders
),

order_charges as (
    select document_id, account, min(charge_id) as charge_id
    from staging.base_erpnext__charges
    where document = 'order' and is_income and not is_deleted
    group by document_id, account
    having count(*) = 1
),

all_lines as (
    select
        line_id, source, source_id, document_id, line_number, order_line_id, crm_reference, 'item' as kind, product_id, quantity, unit,
        unit_price, discount_percent, amount, is_deleted
    from lines
    union all
    select
        charges.charge_id as line_id, charges.source, charges.source_id, charges.document_id, charges.line_number,
        order_charges.charge_id as order_line_id, cast(null as varchar) as crm_reference, 'freight' as kind,
        cast(null as varchar) as product_id, cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price, cast(null as decimal(18, 10)) as discount_percent, charges.amount, charges.is_deleted
    from charges
    left join invoice_orders
        on charges.document_id = invoice_orders.invoice_id
    left join order_charges
        on invoice_orders.order_id = order_charges.document_id
        and charges.account = order_charges.account
),

renamed as (
    select
        all_lines.line_id as invoice_line_id,
        all_lines.source as source,
        all_lines.source_id as source_id,
        all_lines.document_id as invoice_id,
        all_lines.line_number as line_number,
        all_lines.order_line_id as order_line_id,
        all_lines.crm_reference as crm_reference,
        all_lines.kind as kind,
        cast(null as varchar) as applies_to_line_id,
        all_lines.product_id as product_id,
        all_lines.quantity as quantity,
        all_lines.unit as unit,
        all_lines.unit_price as unit_price,
        all_lines.discount_percent as discount_percent,
        all_lines.amount as amount,
        invoices.currency as currency,
        all_lines.is_deleted or invoices.is_deleted as is_deleted
    from all_lines
    inner join invoices
        on all_lines.document_id = invoices.document_id
)

select * from renamed
