-- What each posted invoice billed and what was recognised of it, per posting period; a credit note counts with a minus at the invoice whose line its
-- line names, else at the one that it was made from, else at those to which it was applied, in proportion to what was applied (to the minor unit; what
-- rounding leaves is the largest one's), else by itself. What lies before the calendar has the period '(before)'. Journals of no document
-- are not here. One row per document, period, legal entity and currency.
-- key: document_id, period_id, legal_entity, currency
with calendar as (
    select min(start_date) as first_date from staging.stg_tieout__periods
),

dates as (
    select invoice_id as document_id, invoice_date as document_date from canonical.invoices
    union all
    select credit_note_id as document_id, credit_date as document_date from canonical.credit_notes
),

billings as (
    select
        billings.line_id, billings.document_id, billings.period_id, billings.legal_entity, billings.currency, dates.document_date as own_date,
        billings.amount as billed_amount, cast(0 as decimal(38, 4)) as recognised_amount
    from intermediate.int_billings as billings
    inner join dates
        on billings.document_id = dates.document_id
),

lines as (
    select line_id, document_id, origin_line_id, document from intermediate.int_document_lines
    where document in ('invoice', 'credit_note')
),

entries as (
    select * from intermediate.int_revenue
    where kind in ('invoice', 'credit_note') or invoice_line_id is not null or credit_note_line_id is not null
),

direct as (
    select
        credit_note_line_id as line_id, document_id, period_id, legal_entity, currency, posting_date as own_date,
        cast(0 as decimal(38, 4)) as billed_amount, amount as recognised_amount
    from entries
    where kind in ('invoice', 'credit_note')
),

through_lines as (
    select
        coalesce(entries.invoice_line_id, entries.credit_note_line_id) as line_id, coalesce(lines.document_id, entries.document_id) as document_id,
        entries.period_id, entries.legal_entity, entries.currency, entries.posting_date as own_date,
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

credited_lines as (
    select credit_lines.line_id, invoice_lines.document_id as invoice_id
    from lines as credit_lines
    inner join lines as invoice_lines
        on credit_lines.origin_line_id = invoice_lines.line_id
    where credit_lines.document = 'credit_note' and invoice_lines.document = 'invoice'
),

-- What names no line (a posting of the whole note) goes to the note's one invoice.
credit_notes as (
    select credit_note_id, min(invoice_id) as invoice_id from intermediate.int_credit_note_invoices
    where invoice_count = 1
    group by credit_note_id
    union all
    select credit_notes.credit_note_id, credit_notes.invoice_id
    from canonical.credit_notes as credit_notes
    inner join (select distinct credit_note_id from intermediate.int_credit_note_invoices where invoice_count > 1) as of_several
        on credit_notes.credit_note_id = of_several.credit_note_id
    where credit_notes.invoice_id is not null
),

at_documents as (
    select
        coalesce(credited_lines.invoice_id, credit_notes.invoice_id, sides.document_id) as document_id,
        case when sides.period_id = '(none)' and sides.own_date < calendar.first_date then '(before)' else sides.period_id end as period_id,
        sides.legal_entity, sides.currency, sum(sides.billed_amount) as billed_amount, sum(sides.recognised_amount) as recognised_amount
    from sides
    cross join calendar
    left join credited_lines
        on sides.line_id = credited_lines.line_id
    left join credit_notes
        on sides.document_id = credit_notes.credit_note_id
    group by
        coalesce(credited_lines.invoice_id, credit_notes.invoice_id, sides.document_id),
        case when sides.period_id = '(none)' and sides.own_date < calendar.first_date then '(before)' else sides.period_id end,
        sides.legal_entity, sides.currency
),

applied_parts as (
    select
        credit_note_id, invoice_id,
        cast(cast(applied_amount as double) / cast(sum(applied_amount) over (partition by credit_note_id) as double) as decimal(38, 15)) as ratio,
        row_number() over (partition by credit_note_id order by applied_amount desc, invoice_id) as size_rank
    from intermediate.int_credit_note_invoices
    where applied_amount is not null and invoice_count > 1
),

near_parts as (
    select
        at_documents.*, applied_parts.invoice_id, applied_parts.size_rank,
        case coalesce(currencies.minor_digits, 2)
            when 0 then cast(round(at_documents.billed_amount * applied_parts.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(at_documents.billed_amount * applied_parts.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(at_documents.billed_amount * applied_parts.ratio, 3) as decimal(38, 4))
            else cast(round(at_documents.billed_amount * applied_parts.ratio, 4) as decimal(38, 4))
        end as billed_part,
        case coalesce(currencies.minor_digits, 2)
            when 0 then cast(round(at_documents.recognised_amount * applied_parts.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(at_documents.recognised_amount * applied_parts.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(at_documents.recognised_amount * applied_parts.ratio, 3) as decimal(38, 4))
            else cast(round(at_documents.recognised_amount * applied_parts.ratio, 4) as decimal(38, 4))
        end as recognised_part
    from at_documents
    inner join applied_parts
        on at_documents.document_id = applied_parts.credit_note_id
    left join staging.stg_tieout__currencies as currencies
        on at_documents.currency = currencies.currency
),

completed_parts as (
    select
        near_parts.*,
        near_parts.billed_amount - sum(near_parts.billed_part) over (
            partition by near_parts.document_id, near_parts.period_id, near_parts.legal_entity, near_parts.currency
        ) as billed_rest,
        near_parts.recognised_amount - sum(near_parts.recognised_part) over (
            partition by near_parts.document_id, near_parts.period_id, near_parts.legal_entity, near_parts.currency
        ) as recognised_rest
    from near_parts
),

at_invoices as (
    select at_documents.document_id, period_id, legal_entity, currency, billed_amount, recognised_amount
    from at_documents
    where not exists (select 1 from applied_parts where applied_parts.credit_note_id = at_documents.document_id)
    union all
    select
        invoice_id as document_id, period_id, legal_entity, currency,
        billed_part + case when size_rank = 1 then billed_rest else 0 end as billed_amount,
        recognised_part + case when size_rank = 1 then recognised_rest else 0 end as recognised_amount
    from completed_parts
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
