-- What each chain has of each invoice line, shared out like order lines (int_order_line_shares); of another product
-- than what was ordered it has no quantity. One row per invoice line and chain.
-- key: line_id, chain_id
with targets as (
    select * from intermediate.int_invoice_line_targets
),

lines as (
    select * from intermediate.int_document_lines
),

counted as (
    select
        targets.*,
        sum(targets.weight) over (partition by targets.line_id) as weight_sum,
        count(*) over (partition by targets.line_id) as target_count,
        row_number() over (partition by targets.line_id order by targets.weight desc, targets.chain_id) as size_rank
    from targets
),

weighted as (
    select
        counted.*,
        case when counted.weight_sum = 0 then cast(1 as decimal(38, 4)) else counted.weight end as share_weight,
        case when counted.weight_sum = 0 then cast(counted.target_count as decimal(38, 4)) else counted.weight_sum end as total_weight
    from counted
),

multiplied as (
    select
        weighted.*,
        lines.document_id as document_id,
        lines.document as document,
        lines.quantity as line_quantity,
        lines.gross_amount as line_gross_amount,
        lines.amount as line_amount,
        lines.minor_digits as minor_digits,
        case lines.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        cast(cast(weighted.share_weight as double) / cast(nullif(weighted.total_weight, 0) as double) as decimal(38, 15)) as ratio,
        lines.gross_amount * weighted.share_weight as gross_times_weight,
        lines.amount * weighted.share_weight as amount_times_weight
    from weighted
    inner join lines
        on weighted.line_id = lines.line_id
),

approximate as (
    select
        multiplied.*,
        cast(round(multiplied.line_quantity * multiplied.ratio, 6) as decimal(18, 6)) as quantity_share,
        case multiplied.minor_digits
            when 0 then cast(round(multiplied.line_gross_amount * multiplied.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.line_gross_amount * multiplied.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.line_gross_amount * multiplied.ratio, 3) as decimal(38, 4))
            else cast(round(multiplied.line_gross_amount * multiplied.ratio, 4) as decimal(38, 4))
        end as near_gross,
        case multiplied.minor_digits
            when 0 then cast(round(multiplied.line_amount * multiplied.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.line_amount * multiplied.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.line_amount * multiplied.ratio, 3) as decimal(38, 4))
            else cast(round(multiplied.line_amount * multiplied.ratio, 4) as decimal(38, 4))
        end as near_amount
    from multiplied
),

exact_shares as (
    select
        approximate.*,
        case
            when (approximate.gross_times_weight >= 0 and (approximate.gross_times_weight - approximate.near_gross * approximate.total_weight) * 2 >= approximate.total_weight * approximate.minor_unit) or (approximate.gross_times_weight < 0 and (approximate.gross_times_weight - approximate.near_gross * approximate.total_weight) * 2 > approximate.total_weight * approximate.minor_unit)
                then approximate.near_gross + approximate.minor_unit
            when (approximate.gross_times_weight < 0 and (approximate.gross_times_weight - approximate.near_gross * approximate.total_weight) * 2 <= -approximate.total_weight * approximate.minor_unit) or (approximate.gross_times_weight >= 0 and (approximate.gross_times_weight - approximate.near_gross * approximate.total_weight) * 2 < -approximate.total_weight * approximate.minor_unit)
                then approximate.near_gross - approximate.minor_unit
            else approximate.near_gross
        end as gross_share,
        case
            when (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 >= approximate.total_weight * approximate.minor_unit) or (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 > approximate.total_weight * approximate.minor_unit)
                then approximate.near_amount + approximate.minor_unit
            when (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 <= -approximate.total_weight * approximate.minor_unit) or (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 < -approximate.total_weight * approximate.minor_unit)
                then approximate.near_amount - approximate.minor_unit
            else approximate.near_amount
        end as amount_share
    from approximate
),

completed_shares as (
    select
        exact_shares.*,
        case when exact_shares.size_rank = 1
            then exact_shares.line_quantity - sum(exact_shares.quantity_share) over (partition by exact_shares.line_id) else 0 end as quantity_rest,
        case when exact_shares.size_rank = 1
            then exact_shares.line_gross_amount - sum(exact_shares.gross_share) over (partition by exact_shares.line_id) else 0 end as gross_rest,
        case when exact_shares.size_rank = 1
            then exact_shares.line_amount - sum(exact_shares.amount_share) over (partition by exact_shares.line_id) else 0 end as amount_rest
    from exact_shares
),

shares as (
    select
        completed_shares.line_id as line_id,
        completed_shares.chain_id as chain_id,
        completed_shares.document_id as document_id,
        completed_shares.document as document,
        completed_shares.share_weight as weight,
        completed_shares.is_followed as is_followed,
        case when not completed_shares.is_other_product then cast(completed_shares.quantity_share + completed_shares.quantity_rest as decimal(18, 6)) end as quantity,
        cast(completed_shares.gross_share + completed_shares.gross_rest as decimal(38, 4)) as gross_amount,
        cast(completed_shares.amount_share + completed_shares.amount_rest as decimal(38, 4)) as amount
    from completed_shares
)

select * from shares
