-- What an order line can be shared out to: each deal line of kind item, each won deal without lines, and each deal's tax and freight as a
-- whole (kind charges). One row per target.
-- key: chain_id
with deals as (
    select * from intermediate.int_deals
),

lines as (
    select * from canonical.opportunity_lines
    where not is_deleted
),

line_counts as (
    select opportunity_id, count(*) as line_count
    from lines
    group by opportunity_id
),

item_lines as (
    select
        lines.opportunity_line_id as chain_id, lines.opportunity_id, 'line' as kind, lines.opportunity_line_id, lines.product_code,
        abs(coalesce(lines.amount, 0)) as weight, lines.quantity, coalesce(lines.amount, 0) as amount
    from lines
    inner join deals
        on lines.opportunity_id = deals.opportunity_id
    where lines.kind = 'item'
),

bare_deals as (
    select
        deals.opportunity_id as chain_id, deals.opportunity_id, 'deal' as kind, cast(null as varchar) as opportunity_line_id,
        cast(null as varchar) as product_code, abs(deals.amount) as weight, cast(null as decimal(18, 6)) as quantity, deals.amount as amount
    from deals
    left join line_counts
        on deals.opportunity_id = line_counts.opportunity_id
    where line_counts.line_count is null
),

charges as (
    select
        deals.opportunity_id || ':charges' as chain_id, deals.opportunity_id, 'charges' as kind,
        cast(null as varchar) as opportunity_line_id, cast(null as varchar) as product_code, abs(deals.amount) as weight,
        cast(null as decimal(18, 6)) as quantity, deals.amount as amount
    from deals
),

targets as (
    select * from item_lines
    union all
    select * from bare_deals
    union all
    select * from charges
)

select * from targets
