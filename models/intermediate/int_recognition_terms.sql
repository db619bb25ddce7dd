-- What the revenue of invoice lines is to be recognised over: by the ERP's own terms, less what was credited of the line before it was recognised; else,
-- where the ERP doesn't spread it, by the service dates of the deal line. A term without an amount has what the others of its line leave; where several have
-- none, nothing tells whose is what, and the line has no row. One row per term of an invoice line.
-- key: term_id
with lines as (
    select * from intermediate.int_document_lines
    where document = 'invoice' and kind = 'item'
),

invoices as (
    select * from canonical.invoices
    where is_posted and not coalesce(is_voided, false) and not is_deleted
),

own_terms as (
    select * from canonical.recognition_terms
    where not is_deleted and end_date is not null and (start_date <= end_date or method = 'milestone')
),

lines_with_terms as (
    select invoice_line_id, sum(coalesce(amount, 0)) as told_amount, sum(case when amount is null then 1 else 0 end) as untold_count
    from own_terms
    group by invoice_line_id
),

entries as (
    select * from canonical.revenue_entries
    where not is_deleted
),

spread_lines as (
    select distinct invoice_line_id from entries
    where kind = 'recognition' and invoice_line_id is not null
),

-- A credit that posts nothing to income takes from what is still deferred: of the line that it names, else of the only one with its product.
credited_at_once as (
    select distinct credit_note_line_id from entries
    where credit_note_line_id is not null
),

only_lines as (
    select document_id, product_code, min(line_id) as line_id
    from lines
    group by document_id, product_code
    having count(*) = 1
),

credits as (
    select coalesce(credit_lines.origin_line_id, only_lines.line_id) as line_id, sum(credit_lines.amount) as amount
    from intermediate.int_document_lines as credit_lines
    inner join canonical.credit_notes as credit_notes
        on credit_lines.document_id = credit_notes.credit_note_id
    left join credited_at_once
        on credit_lines.line_id = credited_at_once.credit_note_line_id
    left join only_lines
        on credit_notes.invoice_id = only_lines.document_id
        and credit_lines.product_code = only_lines.product_code
    where credit_lines.document = 'credit_note' and credited_at_once.credit_note_line_id is null
        and credit_notes.is_posted and not coalesce(credit_notes.is_voided, false) and not credit_notes.is_deleted
    group by coalesce(credit_lines.origin_line_id, only_lines.line_id)
),

deal_terms as (
    select shares.line_id, shares.chain_id, shares.amount, deal_lines.service_start_date as start_date, deal_lines.service_end_date as end_date
    from intermediate.int_invoice_line_shares as shares
    inner join intermediate.int_chains as chains
        on shares.chain_id = chains.chain_id
    inner join canonical.opportunity_lines as deal_lines
        on chains.opportunity_line_id = deal_lines.opportunity_line_id
    where deal_lines.service_start_date < deal_lines.service_end_date
),

terms as (
    select
        own_terms.recognition_term_id as term_id, own_terms.invoice_line_id, 'ERP' as told_by, own_terms.method,
        coalesce(own_terms.start_date, own_terms.end_date) as start_date, own_terms.end_date,
        coalesce(own_terms.amount, lines.amount - coalesce(credits.amount, 0) - lines_with_terms.told_amount) as amount
    from own_terms
    inner join lines_with_terms
        on own_terms.invoice_line_id = lines_with_terms.invoice_line_id
        and lines_with_terms.untold_count <= 1
    inner join lines
        on own_terms.invoice_line_id = lines.line_id
    left join credits
        on own_terms.invoice_line_id = credits.line_id
    union all
    select
        deal_terms.line_id || ' ' || deal_terms.chain_id as term_id, deal_terms.line_id as invoice_line_id, 'deal' as told_by, 'by_day' as method,
        deal_terms.start_date, deal_terms.end_date, deal_terms.amount
    from deal_terms
    left join lines_with_terms
        on deal_terms.line_id = lines_with_terms.invoice_line_id
    left join spread_lines
        on deal_terms.line_id = spread_lines.invoice_line_id
    where lines_with_terms.invoice_line_id is null and spread_lines.invoice_line_id is null
),

placed as (
    select
        terms.term_id as term_id,
        terms.invoice_line_id as invoice_line_id,
        invoices.invoice_id as invoice_id,
        invoices.number as document_number,
        invoices.source as source,
        invoices.invoice_date as invoice_date,
        invoices.created_at as created_at,
        invoices.exchange_rate as exchange_rate,
        places.customer_id as customer_id,
        places.legal_entity as legal_entity,
        invoices.legal_entity_id as legal_entity_id,
        lines.currency as currency,
        lines.minor_digits as minor_digits,
        lines.product_code as product_code,
        terms.told_by as told_by,
        terms.method as method,
        terms.start_date as start_date,
        terms.end_date as end_date,
        cast(terms.amount as decimal(38, 4)) as amount
    from terms
    inner join lines
        on terms.invoice_line_id = lines.line_id
    inner join invoices
        on lines.document_id = invoices.invoice_id
    inner join intermediate.int_document_places as places
        on invoices.invoice_id = places.document_id
)

select * from placed
