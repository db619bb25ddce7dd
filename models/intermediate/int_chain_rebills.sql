-- What invoice lines bill again of what was credited: a line with which the chain's invoices exceed what is agreed, as far as the credits up to its date go
-- that no line before has billed again. The rest of it is billed for the first time. The first line of a chain without an order stands for one, and bills
-- nothing again. ratio is the part of the line that is billed again (1: all of it), found through a double; amounts are corrected by exact multiplication,
-- the quantity is in the line's own unit. One row per chain and invoice line that bills something again.
-- key: chain_id, line_id
with lines as (
    select * from intermediate.int_rebill_lines
),

running as (
    select
        lines.*,
        sum(lines.measure) over (
            partition by lines.chain_id order by lines.position rows between unbounded preceding and current row
        ) as measure_so_far
    from lines
),

over_the_agreed as (
    select
        running.*,
        sum(running.measure) over (
            partition by running.chain_id order by running.position rows between unbounded preceding and current row
        ) as over_so_far
    from running
    where running.measure > 0 and running.measure_so_far > running.agreed_measure and (running.is_ordered or running.position > 1)
),

freed as (
    select
        over_the_agreed.chain_id, over_the_agreed.line_id, cast(sum(freed.freed_measure) as decimal(38, 6)) as freed_so_far,
        sum(freed.line_count) as credit_line_count
    from over_the_agreed
    inner join intermediate.int_chain_freed as freed
        on over_the_agreed.chain_id = freed.chain_id
        and over_the_agreed.invoice_date >= freed.credit_date
    group by over_the_agreed.chain_id, over_the_agreed.line_id
),

-- To date no more is billed again than what exceeds, and than the credits up to any line with all that exceeds after it.
bounded as (
    select
        over_the_agreed.*, coalesce(freed.credit_line_count, 0) as credit_line_count,
        min(coalesce(freed.freed_so_far, 0) - over_the_agreed.over_so_far) over (
            partition by over_the_agreed.chain_id order by over_the_agreed.position rows between unbounded preceding and current row
        ) as lowest_rest
    from over_the_agreed
    left join freed
        on over_the_agreed.chain_id = freed.chain_id
        and over_the_agreed.line_id = freed.line_id
),

to_date as (
    select bounded.*, cast(bounded.over_so_far + case when bounded.lowest_rest < 0 then bounded.lowest_rest else 0 end as decimal(38, 6)) as again_so_far
    from bounded
),

by_line as (
    select
        to_date.*,
        to_date.again_so_far - coalesce(lag(to_date.again_so_far) over (partition by to_date.chain_id order by to_date.position), 0) as again,
        case to_date.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit
    from to_date
),

-- Credits are rounded: what of a line is worth no more than a minor unit for each of their lines is none of it, or all.
snapped as (
    select
        by_line.*,
        case
            when abs(by_line.amount) * by_line.again <= by_line.measure * by_line.minor_unit * by_line.credit_line_count and by_line.again < by_line.measure
                then cast(0 as decimal(38, 6))
            when by_line.again > 0 and abs(by_line.amount) * (by_line.measure - by_line.again) <= by_line.measure * by_line.minor_unit * by_line.credit_line_count
                then by_line.measure
            else by_line.again
        end as part
    from by_line
),

approximate as (
    select
        snapped.*,
        cast(cast(snapped.part as double) / cast(nullif(snapped.measure, 0) as double) as decimal(38, 15)) as ratio,
        snapped.amount * snapped.part as amount_times_part,
        snapped.gross_amount * snapped.part as gross_times_part
    from snapped
    where snapped.part > 0
),

near as (
    select
        approximate.*,
        case approximate.minor_digits
            when 0 then cast(round(approximate.amount * approximate.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(approximate.amount * approximate.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(approximate.amount * approximate.ratio, 3) as decimal(38, 4))
            else cast(round(approximate.amount * approximate.ratio, 4) as decimal(38, 4))
        end as near_amount,
        case approximate.minor_digits
            when 0 then cast(round(approximate.gross_amount * approximate.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(approximate.gross_amount * approximate.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(approximate.gross_amount * approximate.ratio, 3) as decimal(38, 4))
            else cast(round(approximate.gross_amount * approximate.ratio, 4) as decimal(38, 4))
        end as near_gross
    from approximate
),

exact_parts as (
    select
        near.*,
        case
            when (near.amount_times_part >= 0 and (near.amount_times_part - near.near_amount * near.measure) * 2 >= near.measure * near.minor_unit) or (near.amount_times_part < 0 and (near.amount_times_part - near.near_amount * near.measure) * 2 > near.measure * near.minor_unit)
                then near.near_amount + near.minor_unit
            when (near.amount_times_part < 0 and (near.amount_times_part - near.near_amount * near.measure) * 2 <= -near.measure * near.minor_unit) or (near.amount_times_part >= 0 and (near.amount_times_part - near.near_amount * near.measure) * 2 < -near.measure * near.minor_unit)
                then near.near_amount - near.minor_unit
            else near.near_amount
        end as amount_part,
        case
            when (near.gross_times_part >= 0 and (near.gross_times_part - near.near_gross * near.measure) * 2 >= near.measure * near.minor_unit) or (near.gross_times_part < 0 and (near.gross_times_part - near.near_gross * near.measure) * 2 > near.measure * near.minor_unit)
                then near.near_gross + near.minor_unit
            when (near.gross_times_part < 0 and (near.gross_times_part - near.near_gross * near.measure) * 2 <= -near.measure * near.minor_unit) or (near.gross_times_part >= 0 and (near.gross_times_part - near.near_gross * near.measure) * 2 < -near.measure * near.minor_unit)
                then near.near_gross - near.minor_unit
            else near.near_gross
        end as gross_part
    from near
),

rebills as (
    select
        chain_id as chain_id,
        line_id as line_id,
        part = measure as is_whole,
        ratio as ratio,
        case when part = measure then cast(line_quantity as decimal(18, 6)) else cast(round(line_quantity * ratio, 6) as decimal(18, 6)) end as quantity,
        case when part = measure then gross_amount else cast(gross_part as decimal(38, 4)) end as gross_amount,
        case when part = measure then amount else cast(amount_part as decimal(38, 4)) end as amount
    from exact_parts
)

select * from rebills
