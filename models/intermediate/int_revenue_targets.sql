-- Which chains each revenue entry belongs to: those of its invoice line or credit note line. A discount's own posting follows the line that it
-- reduces, or the lines of its document as the whole discount was shared over them. A posting in another currency than its line is not followed. One row per revenue entry and chain.
-- key: revenue_entry_id, chain_id
with entries as (
    select
        revenue_entry_id,
        coalesce(credit_note_line_id, invoice_line_id) as line_id,
        currency
    from intermediate.int_revenue
    where invoice_line_id is not null or credit_note_line_id is not null
),

lines as (
    select line_id, document_id, whole_discount_amount, currency from intermediate.int_document_lines
),

document_discounts as (
    select invoice_line_id as line_id, invoice_id as document_id, applies_to_line_id
    from canonical.invoice_lines
    where kind = 'discount'
    union all
    select credit_note_line_id as line_id, credit_note_id as document_id, applies_to_line_id
    from canonical.credit_note_lines
    where kind = 'discount'
),

discounts as (
    select document_discounts.line_id, document_discounts.document_id, lines.line_id as applies_to_line_id
    from document_discounts
    left join lines
        on document_discounts.applies_to_line_id = lines.line_id
        and document_discounts.document_id = lines.document_id
),

shares as (
    select line_id, chain_id, document_id, weight, is_followed from intermediate.int_invoice_line_shares
    union all
    select line_id, chain_id, document_id, weight, is_followed from intermediate.int_credit_line_shares
),

share_sums as (
    select line_id, sum(weight) as weight from shares group by line_id
),

-- Weights of whole discounts are in ten-thousandths, so that what is left out of four decimals moves no cent.
discount_shares as (
    select
        shares.document_id, shares.chain_id, shares.is_followed, lines.currency,
        cast(abs(lines.whole_discount_amount) * 10000 * case
            when shares.weight = share_sums.weight then cast(1 as decimal(38, 15))
            else cast(cast(shares.weight as double) / cast(nullif(share_sums.weight, 0) as double) as decimal(38, 15))
        end as decimal(38, 4)) as weight
    from shares
    inner join lines
        on shares.line_id = lines.line_id
    inner join share_sums
        on shares.line_id = share_sums.line_id
    where lines.whole_discount_amount <> 0
),

resolved as (
    select
        entries.revenue_entry_id as revenue_entry_id,
        entries.currency as currency,
        coalesce(discounts.applies_to_line_id, entries.line_id) as line_id,
        case when discounts.applies_to_line_id is null then discounts.document_id end as whole_document_id
    from entries
    left join discounts
        on entries.line_id = discounts.line_id
),

by_line as (
    select resolved.revenue_entry_id, shares.chain_id, cast(shares.weight as decimal(38, 4)) as weight, shares.is_followed
    from resolved
    inner join shares
        on resolved.line_id = shares.line_id
    inner join lines
        on resolved.line_id = lines.line_id
        and resolved.currency = lines.currency
    where resolved.whole_document_id is null
),

by_document as (
    select
        resolved.revenue_entry_id, discount_shares.chain_id, cast(sum(discount_shares.weight) as decimal(38, 4)) as weight,
        discount_shares.is_followed
    from resolved
    inner join discount_shares
        on resolved.whole_document_id = discount_shares.document_id
        and resolved.currency = discount_shares.currency
    group by resolved.revenue_entry_id, discount_shares.chain_id, discount_shares.is_followed
),

found as (
    select revenue_entry_id, chain_id, weight, is_followed from by_line
    union all
    select revenue_entry_id, chain_id, weight, is_followed from by_document
)

select * from found
