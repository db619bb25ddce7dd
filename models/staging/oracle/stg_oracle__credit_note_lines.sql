-- The lines of Oracle credit memos, signs turned. Fusion names no invoice line on them. The freight that is given back is a line
-- too. One row per line.
-- key: credit_note_line_id
with lines as (
    select * from staging.base_oracle__credit_memo_lines
),

credit_memos as (
    select * from staging.base_oracle__transactions
    where document = 'credit_note'
),

products as (
    select * from staging.base_oracle__products
),

renamed as (
    select
        credit_memos.transaction_id || ':' || lines.customer_transaction_line_id as credit_note_line_id,
        lines._connection as source,
        credit_memos.source_id || ':' || lines.customer_transaction_line_id as source_id,
        credit_memos.transaction_id as credit_note_id,
        try_cast(lines.line_number as bigint) as line_number,
        cast(null as varchar) as invoice_line_id,
        coalesce(products.kind, 'item') as kind,
        cast(null as varchar) as applies_to_line_id,
        products.product_id as product_id,
        -try_cast(lines.line_quantity_credit as decimal(18, 6)) as quantity,
        lines.unit_of_measure as unit,
        coalesce(cast(try_cast(lines.unit_selling_price as decimal(18, 8)) as decimal(38, 8)), try_cast(lines.unit_selling_price as decimal(38, 8))) as unit_price,
        -coalesce(cast(try_cast(lines.line_amount_credit as decimal(18, 4)) as decimal(38, 4)), try_cast(lines.line_amount_credit as decimal(38, 4))) as amount,
        credit_memos.currency as currency,
        lines._deleted or credit_memos.is_deleted as is_deleted
    from lines
    inner join credit_memos
        on lines._connection = credit_memos.source
        and lines._parent = credit_memos.record_key
    left join products
        on lines._connection = products.source
        and lines.item_number = products.code
    union all
    select
        credit_memos.transaction_id || ':freight' as credit_note_line_id,
        credit_memos.source as source,
        credit_memos.source_id || ':freight' as source_id,
        credit_memos.transaction_id as credit_note_id,
        cast(null as bigint) as line_number,
        cast(null as varchar) as invoice_line_id,
        'freight' as kind,
        cast(null as varchar) as applies_to_line_id,
        cast(null as varchar) as product_id,
        cast(null as decimal(18, 6)) as quantity,
        cast(null as varchar) as unit,
        cast(null as decimal(38, 8)) as unit_price,
        -credit_memos.freight_amount as amount,
        credit_memos.currency as currency,
        credit_memos.is_deleted as is_deleted
    from credit_memos
    where credit_memos.freight_amount <> 0
)

select * from renamed
