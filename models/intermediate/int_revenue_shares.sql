-- What each chain has of each revenue entry, shared out like order lines (int_order_line_shares). One row per revenue entry and chain.
-- key: revenue_entry_id, chain_id
with targets as (
    select * from intermediate.int_revenue_targets
),

revenue as (
    select * from intermediate.int_revenue
),

currencies as (
    select * from staging.stg_tieout__currencies
),

counted as (
    select
        targets.*,
        sum(targets.weight) over (partition by targets.revenue_entry_id) as weight_sum,
        count(*) over (partition by targets.revenue_entry_id) as target_count,
        row_number() over (partition by targets.revenue_entry_id order by targets.weight desc, targets.chain_id) as size_rank
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
        revenue.amount as entry_amount,
        coalesce(currencies.minor_digits, 2) as minor_digits,
        case coalesce(currencies.minor_digits, 2) when 0 then cast(1 as decimal(5, 4)) when 2 then cast(0.01 as decimal(5, 4)) when 3 then cast(0.001 as decimal(5, 4)) else cast(0.0001 as decimal(5, 4)) end as minor_unit,
        cast(cast(weighted.share_weight as double) / cast(nullif(weighted.total_weight, 0) as double) as decimal(38, 15)) as ratio,
        revenue.amount * weighted.share_weight as amount_times_weight
    from weighted
    inner join revenue
        on weighted.revenue_entry_id = revenue.revenue_entry_id
    left join currencies
        on revenue.currency = currencies.currency
),

approximate as (
    select
        multiplied.*,
        case multiplied.minor_digits
            when 0 then cast(round(multiplied.entry_amount * multiplied.ratio, 0) as decimal(38, 4))
            when 2 then cast(round(multiplied.entry_amount * multiplied.ratio, 2) as decimal(38, 4))
            when 3 then cast(round(multiplied.entry_amount * multiplied.ratio, 3) as decimal(38, 4))
            else cast(round(multiplied.entry_amount * multiplied.ratio, 4) as decimal(38, 4))
        end as near_amount
    from multiplied
),

exact_shares as (
    select
        approximate.*,
        case
            when (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 >= approximate.total_weight * approximate.minor_unit) or (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 > approximate.total_weight * approximate.minor_unit)
                then approximate.near_amount + approximate.minor_unit
            when (approximate.amount_times_weight < 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 <= -approximate.total_weight * approximate.minor_unit) or (approximate.amount_times_weight >= 0 and (approximate.amount_times_weight - approximate.near_amount * approximate.total_weight) * 2 < -approximate.total_weight * approximate.minor_unit)
                then approximate.near_amount - approximate.minor_unit
            else approximate.near_amount
        end as amount_share
    from approximate
),

shares as (
    select
        exact_shares.revenue_entry_id as revenue_entry_id,
        exact_shares.chain_id as chain_id,
        exact_shares.is_followed as is_followed,
        cast(
            exact_shares.amount_share
            + case when exact_shares.size_rank = 1
                then exact_shares.entry_amount - sum(exact_shares.amount_share) over (partition by exact_shares.revenue_entry_id)
                else 0 end
            as decimal(38, 4)
        ) as amount
    from exact_shares
)

select * from shares
