-- Which invoices each credit note takes back: the one that it names itself, and those whose lines its lines name. One row per credit note and invoice.
-- key: credit_note_id, invoice_id
with credit_notes as (
    select credit_note_id, invoice_id from canonical.credit_notes
),

named as (
    select distinct credit_note_lines.credit_note_id, invoice_lines.invoice_id
    from canonical.credit_note_lines as credit_note_lines
    inner join canonical.invoice_lines as invoice_lines
        on credit_note_lines.invoice_line_id = invoice_lines.invoice_line_id
    where not credit_note_lines.is_deleted and not invoice_lines.is_deleted
),

found as (
    select credit_note_id, invoice_id from credit_notes
    where invoice_id is not null
    union
    select named.credit_note_id, named.invoice_id
    from named
    inner join credit_notes
        on named.credit_note_id = credit_notes.credit_note_id
),

counted as (
    select
        found.credit_note_id as credit_note_id,
        found.invoice_id as invoice_id,
        count(*) over (partition by found.credit_note_id) as invoice_count
    from found
)

select * from counted
