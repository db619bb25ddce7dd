-- What each chain has of each revenue entry: of what was posted of its line to date its share, like that of the line itself
-- (int_invoice_line_shares), less what it had before. So a line that is posted in parts comes to the line's own shares. One row per revenue
-- entry, line and chain.
-- key: revenue_entry_id, line_id, chain_id
with revenue_lines as (
    select * from intermediate.int_revenue_lines
),

lines as (
    select line_id, minor_digits from intermediate.int_document_lines
    where document <> 'order'
),

line_shares as (
    select line_id, chain_id, weight, is_followed from intermediate.int_invoice_line_shares
    union all
    select line_id, chain_id, weight, is_followed from intermediate.int_credit_line_shares
),

weight_sums as (
    select line_id, sum(weight) as weight_sum, count(*) as target_count
    from line_shares
    group by line_id
),

shared_lines as (
    select line_id, weight_sum from weight_sums where target_count > 1
),

of_one_chain as (
    select revenue_lines.revenue_entry_id, revenue_lines.line_id, line_shares.chain_id, line_shares.is_followed, revenue_lines.amount
    from revenue_lines
    inner join line_shares
        on revenue_lines.line_id = line_shares.line_id
    where not exists (select 1 from shared_lines where shared_lines.line_id = revenue_lines.line_id)
),

to_date as (
    select
        revenue_lines.*,
        shared_lines.weight_sum as weight_sum,
        sum(revenue_lines.amount) over (
            partition by revenue_lines.line_id
            order by revenue_lines.period_start_date nulls last, revenue_lines.revenue_entry_id
        ) as amount_to_date
    from revenue_lines
    inner join shared_lines
        on revenue_lines.line_id = shared_lines.line_id
),

multiplied as (
    select
        to_date.*,
        line_shares.chain_id as chain_id,
        line_shares.is_followed as is_followed,
        row_number() over (
            partition by to_date.revenue_entry_id, to_date.line_id order by line_shares.weight desc, line_shares.chain_id
        ) as size_rank,
        lines.minor_digits as minor_digits,
        case lines.minor_digits when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        to_date.amount_to_date * cast(cast(line_shares.weight as double) / cast(nullif(to_date.weight_sum, 0) as double) as decimal(38, 15))
            as near_exact,
        to_date.amount_to_date * line_shares.weight as amount_times_weight
    from to_date
    inner join line_shares
        on to_date.line_id = line_shares.line_id
    inner join lines
        on to_date.line_id = lines.line_id
),

approximate as (
    select
        multiplied.*,
        case multiplied.minor_digits
            when 0 then cast(round(multiplied.near_exact, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.near_exact, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.near_exact, 3) as decimal(38, 4))
            else cast(round(multiplied.near_exact, 4) as decimal(38, 4))
        end as near_amount
    from multiplied
),

exact_shares as (
    select
        approximate.*,
        case
            when (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.weight_sum) * 2 >= approximate.weight_sum * approximate.minor_unit) or (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.weight_sum) * 2 > approximate.weight_sum * approximate.minor_unit)
                then approximate.near_amount + approximate.minor_unit
            when (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.weight_sum) * 2 <= -approximate.weight_sum * approximate.minor_unit) or (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.weight_sum) * 2 < -approximate.weight_sum * approximate.minor_unit)
                then approximate.near_amount - approximate.minor_unit
            else approximate.near_amount
        end as amount_share
    from approximate
),

completed as (
    select
        exact_shares.*,
        exact_shares.amount_share
        + case when exact_shares.size_rank = 1
            then exact_shares.amount_to_date - sum(exact_shares.amount_share) over (partition by exact_shares.revenue_entry_id, exact_shares.line_id)
            else 0 end as share_to_date
    from exact_shares
),

of_several_chains as (
    select
        completed.revenue_entry_id, completed.line_id, completed.chain_id, completed.is_followed,
        cast(completed.share_to_date - coalesce(lag(completed.share_to_date) over (
            partition by completed.line_id, completed.chain_id
            order by completed.period_start_date nulls last, completed.revenue_entry_id
        ), 0) as decimal(38, 4)) as amount
    from completed
),

shares as (
    select revenue_entry_id, line_id, chain_id, is_followed, amount from of_one_chain
    union all
    select revenue_entry_id, line_id, chain_id, is_followed, amount from of_several_chains
)

select * from shares
