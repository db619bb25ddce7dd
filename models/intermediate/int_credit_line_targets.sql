-- Where each posted credit note line goes: the chains of the invoice line that it names, of whichever invoice; else of the lines with its product
-- of its invoice (of the invoices that the credit note's other lines name, where it names none itself); else, freight, of their freight, if they have any; else of all
-- their lines, in proportion. Of invoices to which the credit note was only applied, each has the part that was applied to it, and in it the same
-- lines; all of them have to be of chains. One in another currency than its chain's order is not followed there. One row per credit note line
-- and chain.
-- key: line_id, chain_id
with credit_notes as (
    select * from canonical.credit_notes
    where is_posted and not is_voided and not is_deleted
),

lines as (
    select document_lines.*, credit_notes.invoice_id
    from intermediate.int_document_lines as document_lines
    inner join credit_notes
        on document_lines.document_id = credit_notes.credit_note_id
    where document_lines.document = 'credit_note'
),

invoice_shares as (
    select
        shares.*, invoice_lines.product_code as product_code, invoice_lines.kind as line_kind
    from intermediate.int_invoice_line_shares as shares
    inner join intermediate.int_document_lines as invoice_lines
        on shares.line_id = invoice_lines.line_id
),

named as (
    select lines.line_id, invoice_shares.chain_id, invoice_shares.weight as weight
    from lines
    inner join invoice_shares
        on lines.origin_line_id = invoice_shares.line_id
),

not_found as (
    select lines.* from lines
    where not exists (select 1 from named where named.line_id = lines.line_id)
),

-- The line of an invoice that is not followed: the line goes with it, to none.
of_other_invoices as (
    select not_found.line_id
    from not_found
    inner join intermediate.int_document_lines as invoice_lines
        on not_found.origin_line_id = invoice_lines.line_id
    where invoice_lines.document = 'invoice'
),

unnamed as (
    select not_found.line_id, not_found.product_code, not_found.kind, credited.invoice_id
    from not_found
    inner join intermediate.int_credit_note_invoices as credited
        on not_found.document_id = credited.credit_note_id
    where credited.applied_amount is null
        and (not_found.invoice_id is null or not_found.invoice_id = credited.invoice_id)
        and not exists (select 1 from of_other_invoices where of_other_invoices.line_id = not_found.line_id)
),

of_product as (
    select
        unnamed.line_id, invoice_shares.chain_id, invoice_shares.weight, invoice_shares.amount,
        min(invoice_shares.line_id) over (partition by unnamed.line_id) = max(invoice_shares.line_id) over (partition by unnamed.line_id) as is_one_line
    from unnamed
    inner join invoice_shares
        on unnamed.invoice_id = invoice_shares.document_id
        and unnamed.product_code = invoice_shares.product_code
        and unnamed.kind = invoice_shares.line_kind
),

same_product as (
    select line_id, chain_id, sum(case when is_one_line then weight else abs(amount) end) as weight
    from of_product
    group by line_id, chain_id
),

loose as (
    select unnamed.* from unnamed
    where not exists (select 1 from same_product where same_product.line_id = unnamed.line_id)
),

invoiced_freight as (
    select loose.line_id, invoice_shares.chain_id, sum(abs(invoice_shares.amount)) as weight
    from loose
    inner join invoice_shares
        on loose.invoice_id = invoice_shares.document_id
    where loose.kind = 'freight' and invoice_shares.line_kind = 'freight'
    group by loose.line_id, invoice_shares.chain_id
),

in_proportion as (
    select loose.line_id, invoice_shares.chain_id, sum(abs(invoice_shares.amount)) as weight
    from loose
    inner join invoice_shares
        on loose.invoice_id = invoice_shares.document_id
    where not exists (select 1 from invoiced_freight where invoiced_freight.line_id = loose.line_id)
    group by loose.line_id, invoice_shares.chain_id
),

-- An invoice of no chain: the part of the credit note that was applied to it is no chain's, and which of its lines that is, nothing tells.
applied_elsewhere as (
    select distinct credited.credit_note_id
    from intermediate.int_credit_note_invoices as credited
    left join invoice_shares
        on credited.invoice_id = invoice_shares.document_id
    where credited.applied_amount is not null and invoice_shares.line_id is null
),

of_applied_invoices as (
    select
        not_found.line_id, credited.invoice_id, credited.applied_amount, invoice_shares.chain_id, abs(invoice_shares.amount) as amount,
        case
            when not_found.product_code = invoice_shares.product_code and not_found.kind = invoice_shares.line_kind then 1
            when not_found.kind = 'freight' and invoice_shares.line_kind = 'freight' then 2
            else 3
        end as place
    from not_found
    inner join intermediate.int_credit_note_invoices as credited
        on not_found.document_id = credited.credit_note_id
    inner join invoice_shares
        on credited.invoice_id = invoice_shares.document_id
    where credited.applied_amount is not null
        and not exists (select 1 from applied_elsewhere where applied_elsewhere.credit_note_id = not_found.document_id)
),

nearest as (
    select line_id, invoice_id, min(place) as place
    from of_applied_invoices
    group by line_id, invoice_id
),

parts_of_invoices as (
    select
        of_applied_invoices.line_id, of_applied_invoices.chain_id, of_applied_invoices.applied_amount, of_applied_invoices.amount,
        sum(of_applied_invoices.amount) over (partition by of_applied_invoices.line_id, of_applied_invoices.invoice_id) as invoice_amount,
        cast(count(*) over (partition by of_applied_invoices.line_id, of_applied_invoices.invoice_id) as decimal(38, 4)) as part_count
    from of_applied_invoices
    inner join nearest
        on of_applied_invoices.line_id = nearest.line_id
        and of_applied_invoices.invoice_id = nearest.invoice_id
        and of_applied_invoices.place = nearest.place
),

ratios as (
    select
        parts_of_invoices.*,
        case when invoice_amount = 0 then cast(1 as decimal(38, 4)) else amount end as share_weight,
        case when invoice_amount = 0 then part_count else invoice_amount end as total_weight
    from parts_of_invoices
),

as_applied as (
    select
        line_id, chain_id,
        sum(applied_amount * cast(cast(share_weight as double) / cast(nullif(total_weight, 0) as double) as decimal(38, 15))) as weight
    from ratios
    group by line_id, chain_id
),

found as (
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from named
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from same_product
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from invoiced_freight
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from in_proportion
    union all
    select line_id, chain_id, cast(weight as decimal(38, 4)) as weight from as_applied
),

judged as (
    select
        found.line_id as line_id, found.chain_id as chain_id, found.weight as weight,
        lines.currency = chain_currencies.order_currency as is_followed
    from found
    inner join lines
        on found.line_id = lines.line_id
    inner join intermediate.int_chain_currencies as chain_currencies
        on found.chain_id = chain_currencies.chain_id
)

select * from judged
