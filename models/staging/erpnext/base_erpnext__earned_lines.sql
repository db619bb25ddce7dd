-- What each line or charge of an ERPNext invoice or return earns at once, on which account: a deferred line earns on its own account only
-- in a return. Amounts keep ERPNext's sign. One row per line or charge of an income account.
-- key: line_id
with invoices as (
    select document_id, is_return from staging.base_erpnext__sales_invoices
),

lines as (
    select line_id, document_id, income_account as account, amount, base_amount, is_deferred, false as is_charge, is_deleted
    from staging.base_erpnext__document_lines
    where document = 'invoice'
    union all
    select charge_id as line_id, document_id, account, amount, base_amount, false as is_deferred, true as is_charge, is_deleted
    from staging.base_erpnext__charges
    where document = 'invoice' and is_income
),

earning as (
    select
        lines.line_id as line_id,
        lines.document_id as document_id,
        lines.account as account,
        lines.amount as amount,
        lines.base_amount as base_amount,
        lines.is_charge as is_charge
    from lines
    inner join invoices
        on lines.document_id = invoices.document_id
    where not lines.is_deleted and (invoices.is_return or not lines.is_deferred)
)

select * from earning
