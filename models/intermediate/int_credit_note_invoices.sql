-- Which invoices each credit note takes back: the one that it names itself, and those whose lines its lines name; where there is none of
-- these, those to which it was applied, each with what was applied to it. One row per credit note and invoice.
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

told as (
    select credit_note_id, invoice_id from credit_notes
    where invoice_id is not null
    union
    select named.credit_note_id, named.invoice_id
    from named
    inner join credit_notes
        on named.credit_note_id = credit_notes.credit_note_id
),

applied as (
    select applications.credit_note_id, applications.invoice_id, sum(applications.amount) as applied_amount
    from canonical.payment_applications as applications
    inner join credit_notes
        on applications.credit_note_id = credit_notes.credit_note_id
    inner join canonical.invoices as invoices
        on applications.invoice_id = invoices.invoice_id
    where not applications.is_deleted
        and not exists (select 1 from told where told.credit_note_id = applications.credit_note_id)
    group by applications.credit_note_id, applications.invoice_id
    having sum(applications.amount) > 0
),

found as (
    select credit_note_id, invoice_id, cast(null as decimal(38, 4)) as applied_amount from told
    union all
    select credit_note_id, invoice_id, cast(applied_amount as decimal(38, 4)) as applied_amount from applied
),

counted as (
    select
        found.credit_note_id as credit_note_id,
        found.invoice_id as invoice_id,
        found.applied_amount as applied_amount,
        count(*) over (partition by found.credit_note_id) as invoice_count
    from found
)

select * from counted
