-- What each line of an Oracle order charges by itself, where lines hang on one another (a kit with its included items, a model with its
-- options). The first line of a model may show its options' amounts in its own: it does where the order's lines come to more than the order
-- by exactly what hangs on others. A first line that then charges nothing, while others below it do, stands for no line; what it names
-- holds for those below it. Else what it names holds for those that charge something. One row per line of an order revision.
-- key: source, line_key
with lines as (
    select
        _connection as source,
        _key as line_key,
        _parent as revision_key,
        fulfill_line_id,
        nullif(coalesce(root_parent_fulfill_line_id, parent_fulfill_line_id), fulfill_line_id) as root_line_id,
        nullif(trim(crm_line), '') as crm_reference,
        coalesce(coalesce(cast(try_cast(extended_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(extended_amount as decimal(38, 4))), 0) as amount
    from staging.base_oracle__order_lines
    where not _deleted and coalesce(transaction_category_code, 'ORDER') = 'ORDER'
),

totals as (
    select
        _connection as source, _parent as revision_key,
        sum(case when primary_flag = 'true' then coalesce(cast(try_cast(total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(total_amount as decimal(38, 4))) end)
            - coalesce(sum(case when upper(total_code) like '%TAX%' and coalesce(primary_flag, '') <> 'true' then coalesce(cast(try_cast(total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(total_amount as decimal(38, 4))) end), 0) as net_amount
    from staging.base_oracle__order_totals
    where not _deleted
    group by _connection, _parent
),

parts as (
    select source, revision_key, root_line_id, sum(amount) as amount
    from lines
    where root_line_id is not null
    group by source, revision_key, root_line_id
    having sum(abs(amount)) <> 0
),

roots as (
    select lines.source, lines.line_key, lines.revision_key, lines.fulfill_line_id, lines.crm_reference, lines.amount, parts.amount as parts_amount
    from lines
    inner join parts
        on lines.source = parts.source
        and lines.revision_key = parts.revision_key
        and lines.fulfill_line_id = parts.root_line_id
),

sums as (
    select source, revision_key, sum(amount) as amount
    from lines
    group by source, revision_key
),

rolled_up as (
    select sums.source, sums.revision_key
    from sums
    inner join totals
        on sums.source = totals.source
        and sums.revision_key = totals.revision_key
    inner join (select source, revision_key, sum(parts_amount) as amount from roots group by source, revision_key) as hanging
        on sums.source = hanging.source
        and sums.revision_key = hanging.revision_key
    where sums.amount <> totals.net_amount and sums.amount - hanging.amount = totals.net_amount
),

own as (
    select
        roots.*,
        rolled_up.revision_key is not null as is_rolled_up,
        roots.amount - case when rolled_up.revision_key is null then 0 else roots.parts_amount end as own_amount
    from roots
    left join rolled_up
        on roots.source = rolled_up.source
        and roots.revision_key = rolled_up.revision_key
),

joined as (
    select
        lines.source as source,
        lines.line_key as line_key,
        cast(coalesce(own.own_amount, lines.amount) as decimal(38, 4)) as amount,
        coalesce(own.is_rolled_up, false) as is_rolled_up,
        coalesce(own.own_amount = 0, false) as is_frame,
        coalesce(lines.crm_reference, case when lines.amount <> 0 or above.own_amount = 0 then above.crm_reference end) as crm_reference
    from lines
    left join own
        on lines.source = own.source
        and lines.line_key = own.line_key
    left join own as above
        on lines.source = above.source
        and lines.revision_key = above.revision_key
        and lines.root_line_id = above.fulfill_line_id
)

select * from joined
