-- The price in force of each SAP document item, per one unit: of the conditions that are prices, in force and not statistical, the last of the
-- procedure. V4 does not tell classes: there a price is an amount per quantity that comes to something, and the first one. An item whose
-- price is for another unit has none here. One row per item.
-- key: item_id
with billing as (
    select
        _connection || ':billing/' || _parent || ':' || billing_document_item as item_id, pricing_procedure_step, pricing_procedure_counter,
        condition_rate_value as rate, condition_quantity as per_quantity, condition_quantity_unit as unit, condition_class,
        condition_is_for_statistics, condition_inactive_reason, condition_amount
    from staging.base_sap__billing_prices
    where not _deleted
),

orders as (
    select
        _connection || ':' || _parent || ':' || sales_order_item as item_id, pricing_procedure_step, pricing_procedure_counter,
        condition_rate as rate, condition_quantity as per_quantity, condition_unit as unit, condition_class, condition_is_for_statistics,
        condition_inactive_reason, condition_amount
    from staging.base_sap__sales_order_prices
    where not _deleted
),

elements as (
    select * from billing
    union all
    select * from orders
),

conditions as (
    select elements.*, case when elements.condition_class is null then -1 else 1 end as direction
    from elements
    where coalesce(try_cast(elements.per_quantity as decimal(18, 6)), 0) > 0
        and coalesce(elements.condition_class, 'B') = 'B'
        and coalesce(elements.condition_is_for_statistics, 'false') = 'false'
        and coalesce(elements.condition_inactive_reason, '') = ''
        and (
            elements.condition_class is not null
            or (coalesce(cast(try_cast(elements.rate as decimal(18, 8)) as decimal(38, 8)), try_cast(elements.rate as decimal(38, 8)), 0) <> 0 and coalesce(cast(try_cast(elements.condition_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(elements.condition_amount as decimal(38, 4)), 0) <> 0)
        )
),

ranked as (
    select
        conditions.item_id as item_id,
        conditions.unit as unit,
        coalesce(cast(try_cast(conditions.rate as decimal(18, 8)) as decimal(38, 8)), try_cast(conditions.rate as decimal(38, 8))) as rate,
        try_cast(conditions.per_quantity as decimal(18, 6)) as per_quantity,
        row_number() over (
            partition by conditions.item_id
            order by conditions.direction * try_cast(conditions.pricing_procedure_step as bigint) desc,
                conditions.direction * try_cast(conditions.pricing_procedure_counter as bigint) desc
        ) as place
    from conditions
),

prices as (
    select
        ranked.item_id as item_id,
        ranked.unit as unit,
        case
            when ranked.per_quantity = 1 then ranked.rate
            when ranked.per_quantity > 0 then
                cast(round(ranked.rate * cast(cast(1 as double) / cast(nullif(ranked.per_quantity, 0) as double) as decimal(38, 15)), 8) as decimal(38, 8))
        end as unit_price
    from ranked
    where ranked.place = 1
)

select * from prices
