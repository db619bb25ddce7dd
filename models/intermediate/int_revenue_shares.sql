-- What each chain has of each revenue entry, by largest remainder, so that the shares add up to the entry. One row per revenue entry and chain.
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

weights as (
    select
        targets.*,
        sum(targets.weight) over (partition by targets.revenue_entry_id) as total_weight,
        count(*) over (partition by targets.revenue_entry_id) as target_count,
        row_number() over (partition by targets.revenue_entry_id order by targets.weight desc, targets.chain_id) as size_rank
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
        revenue.amount as entry_amount,
        case coalesce(currencies.minor_digits, 2)
            when 0 then cast(round(revenue.amount * ratios.share, 0) as decimal(38, 4))
            when 2 then cast(round(revenue.amount * ratios.share, 2) as decimal(38, 4))
            when 3 then cast(round(revenue.amount * ratios.share, 3) as decimal(38, 4))
            else cast(round(revenue.amount * ratios.share, 4) as decimal(38, 4))
        end as amount_share
    from ratios
    inner join revenue
        on ratios.revenue_entry_id = revenue.revenue_entry_id
    left join currencies
        on revenue.currency = currencies.currency
),

completed as (
    select
        multiplied.revenue_entry_id as revenue_entry_id,
        multiplied.chain_id as chain_id,
        cast(case
            when multiplied.size_rank = 1
                then multiplied.entry_amount - sum(multiplied.amount_share) over (partition by multiplied.revenue_entry_id)
                    + multiplied.amount_share
            else multiplied.amount_share
        end as decimal(38, 4)) as amount
    from multiplied
)

select * from completed
