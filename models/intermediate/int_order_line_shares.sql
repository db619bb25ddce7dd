-- What each chain has of each order line: its share of quantity, gross and amount, by largest remainder, so that the shares add up to the line.
-- One row per order line and chain.
-- key: line_id, chain_id
with targets as (
    select * from intermediate.int_order_line_targets
),

lines as (
    select * from intermediate.int_document_lines
),

weights as (
    select
        targets.*,
        sum(targets.weight) over (partition by targets.line_id) as total_weight,
        count(*) over (partition by targets.line_id) as target_count,
        row_number() over (partition by targets.line_id order by targets.weight desc, targets.chain_id) as size_rank
    from targets
),

ratios as (
    select
        weights.*,
        case
            when weights.target_count = 1 then cast(1 as decimal(38, 15))
            when weights.total_weight = 0 then cast(1e0 / cast(weights.target_count as double) as decimal(38, 15))
            else cast(cast(weights.weight as double) / cast(nullif(weights.total_weight, 0) as double) as decimal(38, 15))
        end as share
    from weights
),

multiplied as (
    select
        ratios.*,
        lines.document_id as document_id,
        lines.document as document,
        lines.quantity as line_quantity,
        lines.gross_amount as line_gross_amount,
        lines.amount as line_amount,
        cast(round(lines.quantity * ratios.share, 6) as decimal(18, 6)) as quantity_share,
        cast(case lines.minor_digits
            when 0 then cast(round(lines.gross_amount * ratios.share, 0) as decimal(38, 4))
            when 2 then cast(round(lines.gross_amount * ratios.share, 2) as decimal(38, 4))
            when 3 then cast(round(lines.gross_amount * ratios.share, 3) as decimal(38, 4))
            else cast(round(lines.gross_amount * ratios.share, 4) as decimal(38, 4))
        end as decimal(38, 4)) as gross_share,
        cast(case lines.minor_digits
            when 0 then cast(round(lines.amount * ratios.share, 0) as decimal(38, 4))
            when 2 then cast(round(lines.amount * ratios.share, 2) as decimal(38, 4))
            when 3 then cast(round(lines.amount * ratios.share, 3) as decimal(38, 4))
            else cast(round(lines.amount * ratios.share, 4) as decimal(38, 4))
        end as decimal(38, 4)) as amount_share
    from ratios
    inner join lines
        on ratios.line_id = lines.line_id
),

completed as (
    select
        multiplied.line_id as line_id,
        multiplied.chain_id as chain_id,
        multiplied.document_id as document_id,
        multiplied.document as document,
        multiplied.opportunity_id as opportunity_id,
        multiplied.chain_kind as chain_kind,
        multiplied.class as class,
        multiplied.evidence as evidence,
        multiplied.share as share,
        cast(case
            when multiplied.size_rank = 1
                then multiplied.line_quantity - sum(multiplied.quantity_share) over (partition by multiplied.line_id) + multiplied.quantity_share
            else multiplied.quantity_share
        end as decimal(18, 6)) as quantity,
        cast(case
            when multiplied.size_rank = 1
                then multiplied.line_gross_amount - sum(multiplied.gross_share) over (partition by multiplied.line_id) + multiplied.gross_share
            else multiplied.gross_share
        end as decimal(38, 4)) as gross_amount,
        cast(case
            when multiplied.size_rank = 1
                then multiplied.line_amount - sum(multiplied.amount_share) over (partition by multiplied.line_id) + multiplied.amount_share
            else multiplied.amount_share
        end as decimal(38, 4)) as amount
    from multiplied
)

select * from completed
