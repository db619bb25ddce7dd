-- Which order line each fulfillment line of any revision belongs to: invoices name the one that was billed. The line of a model that charges
-- nothing itself is none. One row per fulfillment line.
-- key: source, fulfill_line_id
with lines as (
    select * from staging.base_oracle__order_lines
    where not _deleted
),

orders as (
    select
        _connection, _key,
        case when coalesce(source_transaction_system, 'OPS') = 'OPS' then source_transaction_id
            else source_transaction_system || ':' || source_transaction_id end as order_key
    from staging.base_oracle__orders
),

charges as (
    select * from staging.base_oracle__order_line_amounts
),

renamed as (
    select
        lines._connection as source,
        lines.fulfill_line_id as fulfill_line_id,
        min(lines._connection || ':' || orders.order_key) as order_id,
        min(lines._connection || ':' || orders.order_key || ':' || coalesce(lines.source_transaction_line_id, lines.line_id)) as order_line_id
    from lines
    inner join orders
        on lines._connection = orders._connection
        and lines._parent = orders._key
    left join charges
        on lines._connection = charges.source
        and lines._key = charges.line_key
    where lines.fulfill_line_id is not null and not coalesce(charges.is_frame, false)
    group by lines._connection, lines.fulfill_line_id
)

select * from renamed
