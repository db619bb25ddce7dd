-- Each chain's share of each posted invoice line, its quantity in the order's unit (none, where it has none or can't be brought into it), and what of it bills again what
-- was credited (is_rebill: all of it). One row per chain and invoice line.
-- key: chain_id, line_id
with followed as (
    select shares.*, invoices.period_id, invoices.invoice_date, invoices.number as invoice_number
    from intermediate.int_invoice_line_shares as shares
    inner join canonical.invoices as invoices
        on shares.document_id = invoices.invoice_id
    where shares.is_followed
),

chain_orders as (
    select * from intermediate.int_chain_orders
),

-- quantities of several units that an order has itself stay as they are
shares as (
    select
        followed.chain_id, followed.line_id, followed.document_id, followed.period_id, followed.invoice_date, followed.invoice_number,
        followed.gross_amount, followed.amount,
        case
            when in_order_unit.line_id is null then cast(followed.quantity as decimal(38, 6))
            -- At the order's price the number as it stands comes nearer to the amount: the unit alone is another.
            when abs(followed.amount * chain_orders.ordered_quantity - chain_orders.ordered_amount * cast(followed.quantity as decimal(38, 6)))
                < abs(followed.amount * chain_orders.ordered_quantity - chain_orders.ordered_amount * in_order_unit.quantity)
                then cast(followed.quantity as decimal(38, 6))
            else in_order_unit.quantity
        end as quantity
    from followed
    left join chain_orders
        on followed.chain_id = chain_orders.chain_id
        and not chain_orders.is_mixed
    left join intermediate.int_invoice_line_units as in_order_unit
        on followed.line_id = in_order_unit.line_id
        and followed.chain_id = in_order_unit.chain_id
        and lower(chain_orders.order_unit) = in_order_unit.unit
),

judged as (
    select
        shares.chain_id as chain_id,
        shares.line_id as line_id,
        shares.document_id as invoice_id,
        shares.invoice_number as invoice_number,
        shares.invoice_date as invoice_date,
        coalesce(shares.period_id, '(none)') as period_id,
        shares.quantity as quantity,
        shares.gross_amount as gross_amount,
        shares.amount as amount,
        coalesce(rebills.is_whole, false) as is_rebill,
        cast(case
            when rebills.is_whole then shares.quantity
            when rebills.ratio is not null then cast(round(shares.quantity * rebills.ratio, 6) as decimal(38, 6))
            else 0
        end as decimal(38, 6)) as rebilled_quantity,
        coalesce(rebills.gross_amount, 0) as rebilled_gross_amount,
        coalesce(rebills.amount, 0) as rebilled_amount
    from shares
    left join intermediate.int_chain_rebills as rebills
        on shares.chain_id = rebills.chain_id
        and shares.line_id = rebills.line_id
)

select * from judged
