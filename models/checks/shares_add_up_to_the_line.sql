-- Proves that what was shared out of every order, invoice and credit note line, and of every revenue entry, adds up to it.
-- owner: finance
-- severity: error
-- blocks: true
with shares as (
    select line_id, amount from intermediate.int_order_line_shares
    union all
    select shares.line_id, shares.amount
    from intermediate.int_invoice_line_shares as shares
    where not exists (select 1 from intermediate.int_order_line_shares as same where same.line_id = shares.line_id)
    union all
    select line_id, amount from intermediate.int_credit_line_shares
),

shared as (
    select line_id, sum(amount) as amount from shares group by line_id
),

revenue_of_lines as (
    select revenue_entry_id, sum(amount) as amount from intermediate.int_revenue_lines group by revenue_entry_id
),

revenue_shared as (
    select revenue_entry_id, line_id, sum(amount) as amount from intermediate.int_revenue_shares group by revenue_entry_id, line_id
),

problems as (
    select lines.line_id as record_id, lines.amount as amount, shared.amount as shared_amount
    from intermediate.int_document_lines as lines
    inner join shared
        on lines.line_id = shared.line_id
    where lines.amount is distinct from shared.amount
    union all
    select revenue.revenue_entry_id as record_id, revenue.amount as amount, revenue_of_lines.amount as shared_amount
    from intermediate.int_revenue as revenue
    inner join revenue_of_lines
        on revenue.revenue_entry_id = revenue_of_lines.revenue_entry_id
    where revenue.amount is distinct from revenue_of_lines.amount
    union all
    select revenue_lines.revenue_entry_id as record_id, revenue_lines.amount as amount, revenue_shared.amount as shared_amount
    from intermediate.int_revenue_lines as revenue_lines
    inner join revenue_shared
        on revenue_lines.revenue_entry_id = revenue_shared.revenue_entry_id
        and revenue_lines.line_id = revenue_shared.line_id
    where revenue_lines.amount is distinct from revenue_shared.amount
)

select * from problems
