-- Proves that of the terms of an invoice line at most one has no amount: what the line computes to can't be told otherwise, and it is not in computed revenue.
-- owner: finance
-- severity: warning
with invoices as (
    select invoice_id, number from canonical.invoices
    where is_posted and not coalesce(is_voided, false) and not is_deleted
),

lines as (
    select invoice_lines.invoice_line_id, invoices.number as document_number
    from canonical.invoice_lines as invoice_lines
    inner join invoices
        on invoice_lines.invoice_id = invoices.invoice_id
    where not invoice_lines.is_deleted
),

problems as (
    select
        terms.source, lines.document_number, terms.invoice_line_id, min(terms.recognition_term_id) as first_term_id,
        max(terms.recognition_term_id) as last_term_id, count(*) as term_count
    from canonical.recognition_terms as terms
    inner join lines
        on terms.invoice_line_id = lines.invoice_line_id
    where not terms.is_deleted and terms.amount is null and terms.end_date is not null
        and (terms.start_date <= terms.end_date or terms.method = 'milestone')
    group by terms.source, lines.document_number, terms.invoice_line_id
    having count(*) > 1
)

select * from problems
