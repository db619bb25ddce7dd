-- What is charged on ERPNext orders and invoices as a whole, taxes and freight alike; what is charged on an income account earns revenue.
-- One row per charge.
-- key: charge_id
with charges as (
    select
        _connection, name, parent, 'order' as document, idx, account_head,
        tax_amount_after_discount_amount, base_tax_amount_after_discount_amount, _deleted
    from staging.base_erpnext__order_charges
    union all
    select
        _connection, name, parent, 'invoice' as document, idx, account_head,
        tax_amount_after_discount_amount, base_tax_amount_after_discount_amount, _deleted
    from staging.base_erpnext__invoice_charges
),

accounts as (
    select * from staging.base_erpnext__accounts
),

typed as (
    select
        charges._connection || ':' || charges.name as charge_id,
        charges._connection as source,
        charges.name as source_id,
        charges._connection || ':' || charges.parent as document_id,
        charges.document as document,
        10000 + try_cast(charges.idx as bigint) as line_number,
        charges.account_head as account,
        coalesce(coalesce(cast(try_cast(charges.tax_amount_after_discount_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(charges.tax_amount_after_discount_amount as decimal(38, 4))), 0) as amount,
        coalesce(coalesce(cast(try_cast(charges.base_tax_amount_after_discount_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(charges.base_tax_amount_after_discount_amount as decimal(38, 4))), 0) as base_amount,
        coalesce(accounts.root_type = 'Income', false) as is_income,
        charges._deleted as is_deleted
    from charges
    left join accounts
        on charges._connection = accounts._connection
        and charges.account_head = accounts.name
)

select * from typed
