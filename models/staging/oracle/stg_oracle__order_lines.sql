-- The lines of Oracle orders, of the revision that counts. A line is known by its order and the source's id of it, which stays the same in
-- all revisions. The price is that of the list, or the line's own where there is none. Returns have lines of another category. The line of a
-- model whose options have the prices charges nothing and is left out. One row per line.
-- key: order_line_id
with orders as (
    select * from staging.base_oracle__current_orders
),

ranked as (
    select
        lines.*,
        row_number() over (
            partition by lines._connection, lines._parent, lines.source_transaction_line_id
            order by lines._deleted, try_cast(lines.fulfill_line_id as bigint)
        ) as place
    from staging.base_oracle__order_lines as lines
    where coalesce(lines.transaction_category_code, 'ORDER') = 'ORDER'
),

charges as (
    select * from staging.base_oracle__order_line_amounts
),

products as (
    select * from staging.base_oracle__products
),

renamed as (
    select
        orders.order_id || ':' || coalesce(ranked.source_transaction_line_id, ranked.line_id)
            || case when ranked.place > 1 then '#' || ranked.fulfill_line_id else '' end as order_line_id,
        orders.source as source,
        orders.source_id || ':' || coalesce(ranked.source_transaction_line_id, ranked.line_id)
            || case when ranked.place > 1 then '#' || ranked.fulfill_line_id else '' end as source_id,
        orders.order_id as order_id,
        try_cast(ranked.source_transaction_line_number as bigint) as line_number,
        coalesce(charges.crm_reference, nullif(trim(ranked.crm_line), '')) as crm_reference,
        coalesce(products.kind, 'item') as kind,
        cast(null as varchar) as applies_to_line_id,
        products.product_id as product_id,
        try_cast(ranked.ordered_quantity as decimal(18, 6)) as quantity,
        ranked.ordered_uom as unit,
        case when not coalesce(charges.is_rolled_up, false) then coalesce(coalesce(cast(try_cast(ranked.unit_list_price as decimal(18, 8)) as decimal(38, 8)), try_cast(ranked.unit_list_price as decimal(38, 8))), coalesce(cast(try_cast(ranked.unit_selling_price as decimal(18, 8)) as decimal(38, 8)), try_cast(ranked.unit_selling_price as decimal(38, 8)))) end as unit_price,
        cast(null as decimal(18, 10)) as discount_percent,
        case when charges.is_rolled_up then charges.amount
            else coalesce(cast(try_cast(ranked.extended_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(ranked.extended_amount as decimal(38, 4))) end as amount,
        orders.currency as currency,
        coalesce(ranked.canceled_flag = 'true', false) as is_closed,
        ranked._deleted or orders.is_deleted as is_deleted
    from ranked
    inner join orders
        on ranked._connection = orders.source
        and ranked._parent = orders.revision_key
    left join charges
        on ranked._connection = charges.source
        and ranked._key = charges.line_key
    left join products
        on ranked._connection = products.source
        and ranked.product_number = products.code
    where not coalesce(charges.is_frame, false)
)

select * from renamed
