-- The lines of Oracle credit memos, signs turned, and the freight that is given back. Fusion names no invoice line on them. One row per line.
-- key: credit_note_line_id
with lines as (
    select * from staging.base_oracle__transaction_lines
    where document = 'credit_note'
),

renamed as (
    select
        lines.line_id as credit_note_line_id,
        lines.source as source,
        lines.source_id as source_id,
        lines.transaction_id as credit_note_id,
        lines.line_number as line_number,
        cast(null as varchar) as invoice_line_id,
        lines.kind as kind,
        cast(null as varchar) as applies_to_line_id,
        lines.product_id as product_id,
        -lines.quantity as quantity,
        lines.unit as unit,
        lines.unit_price as unit_price,
        -lines.amount as amount,
        lines.currency as currency,
        lines.is_deleted as is_deleted
    from lines
)

select * from renamed
