-- Proves that no line is an orphan: every line's deal, order, invoice or credit note was loaded.
-- owner: integration
-- severity: error
with problems as (
    select 'opportunity line' as record, lines.opportunity_line_id as record_id, lines.opportunity_id as missing_id
    from canonical.opportunity_lines as lines
    left join canonical.opportunities as opportunities
        on lines.opportunity_id = opportunities.opportunity_id
    where opportunities.opportunity_id is null and not lines.is_deleted
    union all
    select 'order line' as record, lines.order_line_id as record_id, lines.order_id as missing_id
    from canonical.order_lines as lines
    left join canonical.orders as orders
        on lines.order_id = orders.order_id
    where orders.order_id is null and not lines.is_deleted
    union all
    select 'invoice line' as record, lines.invoice_line_id as record_id, lines.invoice_id as missing_id
    from canonical.invoice_lines as lines
    left join canonical.invoices as invoices
        on lines.invoice_id = invoices.invoice_id
    where invoices.invoice_id is null and not lines.is_deleted
    union all
    select 'credit note line' as record, lines.credit_note_line_id as record_id, lines.credit_note_id as missing_id
    from canonical.credit_note_lines as lines
    left join canonical.credit_notes as credit_notes
        on lines.credit_note_id = credit_notes.credit_note_id
    where credit_notes.credit_note_id is null and not lines.is_deleted
    union all
    select 'invoice' as record, invoices.invoice_id as record_id, invoices.customer_id as missing_id
    from canonical.invoices as invoices
    left join canonical.customers as customers
        on invoices.customer_id = customers.customer_id
    where customers.customer_id is null and not invoices.is_deleted
    union all
    select 'opportunity' as record, opportunities.opportunity_id as record_id, opportunities.customer_id as missing_id
    from canonical.opportunities as opportunities
    left join canonical.customers as customers
        on opportunities.customer_id = customers.customer_id
    where customers.customer_id is null and opportunities.customer_id is not null and not opportunities.is_deleted
)

select * from problems
