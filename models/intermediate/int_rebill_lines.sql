-- The invoice lines of credited chains in the measure by which it is told what is billed again: the quantity in the unit of what is agreed, or the amount,
-- where nothing agreed has one, or a line has none or is in a unit that can't be compared; turned round where less than nothing is agreed.
-- agreed_measure has the millionth for each line that rounding shares of quantities may have left. One row per chain and invoice line.
-- key: chain_id, line_id
with agreed as (
    select * from intermediate.int_chain_agreed
),

lines as (
    select
        shares.chain_id, shares.line_id, shares.document_id, shares.quantity as line_quantity, shares.gross_amount, shares.amount, invoices.invoice_date,
        document_lines.minor_digits, agreed.is_ordered, agreed.amount as agreed_amount, agreed.quantity as agreed_quantity, agreed.line_count as agreed_line_count,
        agreed.is_negative, in_unit.quantity as unit_quantity, in_unit.line_id is not null as is_in_another_unit
    from intermediate.int_invoice_line_shares as shares
    inner join agreed
        on shares.chain_id = agreed.chain_id
    inner join canonical.invoices as invoices
        on shares.document_id = invoices.invoice_id
    inner join intermediate.int_document_lines as document_lines
        on shares.line_id = document_lines.line_id
    left join intermediate.int_invoice_line_units as in_unit
        on shares.line_id = in_unit.line_id
        and shares.chain_id = in_unit.chain_id
        and agreed.unit = in_unit.unit
    where shares.is_followed
),

quantified as (
    select
        lines.*,
        case
            when not lines.is_in_another_unit then cast(lines.line_quantity as decimal(38, 6))
            -- At the order's price the number as it stands comes nearer to the amount: the unit alone is another.
            when lines.is_ordered
                and abs(lines.amount * lines.agreed_quantity - lines.agreed_amount * cast(lines.line_quantity as decimal(38, 6)))
                < abs(lines.amount * lines.agreed_quantity - lines.agreed_amount * lines.unit_quantity)
                then cast(lines.line_quantity as decimal(38, 6))
            else lines.unit_quantity
        end as quantity
    from lines
),

of_chains as (
    select chain_id, min(case when agreed_quantity is null or quantity is null then 0 else 1 end) = 1 as is_by_quantity
    from quantified
    group by chain_id
),

placed as (
    select
        quantified.*, of_chains.is_by_quantity,
        case when quantified.is_negative then -1 else 1 end as direction,
        row_number() over (partition by quantified.chain_id order by quantified.invoice_date, quantified.document_id, quantified.line_id) as position
    from quantified
    inner join of_chains
        on quantified.chain_id = of_chains.chain_id
),

measured as (
    select
        chain_id as chain_id,
        line_id as line_id,
        document_id as document_id,
        invoice_date as invoice_date,
        position as position,
        is_ordered as is_ordered,
        is_by_quantity as is_by_quantity,
        direction as direction,
        line_quantity as line_quantity,
        gross_amount as gross_amount,
        amount as amount,
        minor_digits as minor_digits,
        -- Of a wide number of six decimals and one of four DuckDB makes one of four.
        case when is_by_quantity then cast(direction * quantity as decimal(38, 6)) else cast(direction * amount as decimal(38, 6)) end as measure,
        case
            when is_by_quantity
                then cast(direction * agreed_quantity + 0.000001 * cast(position + agreed_line_count as decimal(18, 0)) as decimal(38, 6))
            else cast(direction * agreed_amount as decimal(38, 6))
        end as agreed_measure
    from placed
)

select * from measured
