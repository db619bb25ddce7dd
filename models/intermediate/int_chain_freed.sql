-- What each credit note frees of each chain to be billed again, in the measure of int_rebill_lines: its amount; of a quantity as much as of its amount,
-- of the invoices that it takes back, where the chain is in them, else of all that the chain was invoiced by then. The quantity of a credit note itself
-- doesn't tell: an allowance may name all pieces. One row per chain and credit note.
-- key: chain_id, credit_note_id
with credits as (
    select
        shares.chain_id, shares.document_id as credit_note_id, credit_notes.credit_date, cast(sum(shares.amount) as decimal(38, 4)) as amount,
        cast(count(*) as decimal(18, 0)) as line_count
    from intermediate.int_credit_line_shares as shares
    inner join canonical.credit_notes as credit_notes
        on shares.document_id = credit_notes.credit_note_id
    where shares.is_followed
    group by shares.chain_id, shares.document_id, credit_notes.credit_date
),

invoiced as (
    select
        chain_id, document_id as invoice_id, invoice_date, is_by_quantity, direction, sum(amount) as amount, sum(measure) as measure
    from intermediate.int_rebill_lines
    group by chain_id, document_id, invoice_date, is_by_quantity, direction
),

by_credit as (
    select
        credits.chain_id, credits.credit_note_id, credits.credit_date, credits.amount, credits.line_count, invoiced.is_by_quantity, invoiced.direction,
        sum(case when credited.invoice_id is not null then invoiced.amount end) as named_amount,
        sum(case when credited.invoice_id is not null then invoiced.measure end) as named_measure,
        sum(case when invoiced.invoice_date <= credits.credit_date then invoiced.amount end) as earlier_amount,
        sum(case when invoiced.invoice_date <= credits.credit_date then invoiced.measure end) as earlier_measure
    from credits
    inner join invoiced
        on credits.chain_id = invoiced.chain_id
    left join intermediate.int_credit_note_invoices as credited
        on credits.credit_note_id = credited.credit_note_id
        and invoiced.invoice_id = credited.invoice_id
    group by credits.chain_id, credits.credit_note_id, credits.credit_date, credits.amount, credits.line_count, invoiced.is_by_quantity, invoiced.direction
),

chosen as (
    select
        by_credit.*,
        by_credit.amount * case when by_credit.named_amount is not null then by_credit.named_measure else by_credit.earlier_measure end as amount_times_measure,
        coalesce(by_credit.named_amount, by_credit.earlier_amount) as invoiced_amount
    from by_credit
),

freed as (
    select
        chain_id as chain_id,
        credit_note_id as credit_note_id,
        credit_date as credit_date,
        line_count as line_count,
        case
            when is_by_quantity then coalesce(cast(round(
                cast(cast(amount_times_measure as double) / cast(nullif(invoiced_amount, 0) as double) as decimal(38, 12)), 6
            ) as decimal(38, 6)), 0)
            else cast(direction * amount as decimal(38, 6))
        end as freed_measure
    from chosen
)

select * from freed
