-- What each posted invoice billed and what was recognised of it, per posting period; a credit note counts with a minus at the invoice that it was made
-- from, else by itself. Journals of no document are not here. One row per document, period, legal entity and currency.
-- key: document_id, period_id, legal_entity, currency
with billings as (
    select
        document_id, period_id, legal_entity, currency, amount as billed_amount, cast(0 as decimal(38, 4)) as recognised_amount
    from intermediate.int_billings
),

lines as (
    select line_id, document_id from intermediate.int_document_lines
    where document in ('invoice', 'credit_note')
),

entries as (
    select * from intermediate.int_revenue
    where kind in ('invoice', 'credit_note') or invoice_line_id is not null or credit_note_line_id is not null
),

direct as (
    select document_id, period_id, legal_entity, currency, cast(0 as decimal(38, 4)) as billed_amount, amount as recognised_amount
    from entries
    where kind in ('invoice', 'credit_note')
),

through_lines as (
    select
        coalesce(lines.document_id, entries.document_id) as document_id, entries.period_id, entries.legal_entity, entries.currency,
        cast(0 as decimal(38, 4)) as billed_amount, entries.amount as recognised_amount
    from entries
    left join lines
        on coalesce(entries.invoice_line_id, entries.credit_note_line_id) = lines.line_id
    where entries.kind not in ('invoice', 'credit_note')
),

sides as (
    select * from billings
    union all
    select * from direct
    union all
    select * from through_lines
),

credit_notes as (
    select credit_note_id, invoice_id from canonical.credit_notes
    where invoice_id is not null
),

at_invoices as (
    select
        coalesce(credit_notes.invoice_id, sides.document_id) as document_id, sides.period_id, sides.legal_entity, sides.currency,
        sides.billed_amount, sides.recognised_amount
    from sides
    left join credit_notes
        on sides.document_id = credit_notes.credit_note_id
),

added_up as (
    select
        document_id as document_id,
        period_id as period_id,
        legal_entity as legal_entity,
        currency as currency,
        cast(sum(billed_amount) as decimal(38, 4)) as billed_amount,
        cast(sum(recognised_amount) as decimal(38, 4)) as recognised_amount
    from at_invoices
    group by document_id, period_id, legal_entity, currency
)

select * from added_up
