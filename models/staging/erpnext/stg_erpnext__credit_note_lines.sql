-- The lines of ERPNext returns, each with the invoice line that it gives back, and what they give back of charges on income accounts. What
-- the customer gets back is positive. An opening return has none. One row per line or charge.
-- key: credit_note_line_id
with lines as (
    select * from staging.base_erpnext__document_lines
    where document = 'invoice'
),

charges as (
    select * from staging.base_erpnext__charges
    where document = 'invoice' and is_income
),

returns as (
    select * from staging.base_erpnext__sales_invoices
    where is_return and not is_opening
),

returned_charges as (
    select document_id, account, min(charge_id) as charge_id
    from staging.base_erpnext__charges
    where document = 'invoice' and is_income and not is_deleted
    group by document_id, account
    having count(*) = 1
),

all_lines as (
    select
        line_id, source, source_id, document_id, line_number, returned_line_id, 'item' as kind, product_id, quantity, unit, unit_price,
        amount, is_deleted
    from lines
    union all
    select
        charges.charge_id as line_id, charges.source, charges.source_id, charges.document_id, charges.line_number,
        returned_charges.charge_id as returned_line_id, 'freight' as kind, cast(null as varchar) as product_id,
        cast(null as decimal(18, 6)) as quantity, cast(null as varchar) as unit, cast(null as decimal(38, 8)) as unit_price,
        charges.amount, charges.is_deleted
    from charges
    inner join returns
        on charges.document_id = returns.document_id
    left join returned_charges
        on returns.returned_id = returned_charges.document_id
        and charges.account = returned_charges.account
),

renamed as (
    select
        all_lines.line_id as credit_note_line_id,
        all_lines.source as source,
        all_lines.source_id as source_id,
        all_lines.document_id as credit_note_id,
        all_lines.line_number as line_number,
        all_lines.returned_line_id as invoice_line_id,
        all_lines.kind as kind,
        cast(null as varchar) as applies_to_line_id,
        all_lines.product_id as product_id,
        -all_lines.quantity as quantity,
        all_lines.unit as unit,
        all_lines.unit_price as unit_price,
        -all_lines.amount as amount,
        returns.currency as currency,
        all_lines.is_deleted or returns.is_deleted as is_deleted
    from all_lines
    inner join returns
        on all_lines.document_id = returns.document_id
)

select * from renamed
