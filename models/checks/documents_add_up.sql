-- Names posted invoices and credit notes whose lines do not add up to what the document says itself, less its tax, to a minor unit for each line: a kind of
-- line that is not read as it should be would be billed, or missing, in silence. An opening document has no lines: they were billed elsewhere, before.
-- owner: finance
-- severity: warning
with documents as (
    select
        'invoice' as document, source, invoice_id as document_id, number, period_id, currency,
        total_amount - coalesce(tax_amount, 0) as net_amount
    from canonical.invoices
    where is_posted and not is_voided and not is_deleted and coalesce(status, '') <> 'opening'
    union all
    select
        'credit note' as document, source, credit_note_id as document_id, number, period_id, currency,
        total_amount - coalesce(tax_amount, 0) as net_amount
    from canonical.credit_notes
    where is_posted and not is_voided and not is_deleted and coalesce(status, '') <> 'opening'
),

lines as (
    select invoice_id as document_id, amount from canonical.invoice_lines
    where not is_deleted
    union all
    select credit_note_id as document_id, amount from canonical.credit_note_lines
    where not is_deleted
),

sums as (
    select document_id, sum(coalesce(amount, 0)) as amount, count(*) as line_count
    from lines
    group by document_id
),

currencies as (
    select * from staging.stg_tieout__currencies
),

compared as (
    select
        documents.document, documents.source, documents.document_id, documents.number, documents.period_id, documents.currency,
        cast(documents.net_amount as decimal(38, 4)) as net_amount,
        cast(coalesce(sums.amount, 0) as decimal(38, 4)) as lines_amount,
        coalesce(sums.line_count, 1) * case coalesce(currencies.minor_digits, 2)
            when 0 then cast(1 as decimal(5, 4))
            when 2 then cast(0.01 as decimal(5, 4))
            when 3 then cast(0.001 as decimal(5, 4))
            else cast(0.0001 as decimal(5, 4))
        end as tolerance_amount
    from documents
    left join sums
        on documents.document_id = sums.document_id
    left join currencies
        on documents.currency = currencies.currency
),

problems as (
    select
        document, source, document_id, number, period_id, net_amount, lines_amount,
        cast(lines_amount - net_amount as decimal(38, 4)) as difference_amount, currency
    from compared
    where abs(lines_amount - net_amount) > tolerance_amount
)

select * from problems
