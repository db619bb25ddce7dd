-- Each chain's share of each posted invoice line, its quantity in the order's unit (none, where it can't be brought into it, or is one of another
-- product), and whether it is a re-bill: the chain was credited before, and its earlier invoice lines already cover the order's quantity (its amount,
-- where there is none or one of them can't be compared); a millionth for each line is what rounding shares of quantities may have left. One row per chain and
-- invoice line.
-- key: chain_id, line_id
with followed as (
    select shares.*, invoices.period_id, invoices.invoice_date, invoices.number as invoice_number, invoice_orders.invoice_id is not null as has_order
    from intermediate.int_invoice_line_shares as shares
    inner join canonical.invoices as invoices
        on shares.document_id = invoices.invoice_id
    left join (select distinct invoice_id from intermediate.int_invoice_orders) as invoice_orders
        on shares.document_id = invoice_orders.invoice_id
    where shares.is_followed
),

credits as (
    select shares.chain_id, min(credit_notes.credit_date) as first_credit_date
    from intermediate.int_credit_line_shares as shares
    inner join canonical.credit_notes as credit_notes
        on shares.document_id = credit_notes.credit_note_id
    where shares.is_followed
    group by shares.chain_id
),

chain_orders as (
    select * from intermediate.int_chain_orders
),

-- quantities of several units that an order has itself stay as they are
shares as (
    select
        followed.chain_id, followed.line_id, followed.document_id, followed.period_id, followed.invoice_date, followed.invoice_number, followed.has_order,
        followed.gross_amount, followed.amount,
        case
            when followed.is_other_product then cast(null as decimal(38, 6))
            when in_order_unit.line_id is null then cast(followed.quantity as decimal(38, 6))
            -- At the order's price the number as it stands comes nearer to the amount: the unit alone is another.
            when abs(followed.amount * chain_orders.ordered_quantity - chain_orders.ordered_amount * cast(followed.quantity as decimal(38, 6)))
                < abs(followed.amount * chain_orders.ordered_quantity - chain_orders.ordered_amount * in_order_unit.quantity)
                then cast(followed.quantity as decimal(38, 6))
            else in_order_unit.quantity
        end as quantity,
        case when followed.is_other_product or in_order_unit.line_id is not null and in_order_unit.quantity is null then 1 else 0 end as is_other_measure
    from followed
    left join chain_orders
        on followed.chain_id = chain_orders.chain_id
        and not chain_orders.is_mixed
    left join intermediate.int_invoice_line_units as in_order_unit
        on followed.line_id = in_order_unit.line_id
        and followed.chain_id = in_order_unit.chain_id
        and lower(chain_orders.order_unit) = in_order_unit.unit
),

running as (
    select
        shares.*,
        sum(shares.is_other_measure) over (
            partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_other_measures,
        sum(shares.quantity) over (
            partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_quantity,
        row_number() over (partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id) as position,
        sum(shares.amount) over (
            partition by shares.chain_id order by shares.invoice_date, shares.document_id, shares.line_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_amount
    from shares
),

judged as (
    select
        running.chain_id as chain_id,
        running.line_id as line_id,
        running.document_id as invoice_id,
        running.invoice_number as invoice_number,
        running.invoice_date as invoice_date,
        coalesce(running.period_id, '(none)') as period_id,
        running.quantity as quantity,
        running.gross_amount as gross_amount,
        running.amount as amount,
        rebills.line_id is not null or running.has_order and coalesce(
            credits.first_credit_date <= running.invoice_date
            and case
                when coalesce(chain_orders.ordered_quantity, 0) <> 0 and running.earlier_quantity is not null and running.earlier_other_measures = 0
                    then running.earlier_quantity
                        >= chain_orders.ordered_quantity - 0.000001 * cast(running.position + chain_orders.order_line_count as decimal(18, 0))
                else coalesce(running.earlier_amount, 0) >= coalesce(chain_orders.ordered_amount, 0)
            end,
            false
        ) as is_rebill
    from running
    left join credits
        on running.chain_id = credits.chain_id
    left join chain_orders
        on running.chain_id = chain_orders.chain_id
    left join intermediate.int_chain_rebills as rebills
        on running.chain_id = rebills.chain_id
        and running.line_id = rebills.line_id
)

select * from judged
