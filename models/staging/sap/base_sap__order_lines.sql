-- The items of SAP sales orders, with their price. The item of a set whose components have the prices charges nothing and is left out; what it
-- names holds for its components. One row per item.
-- key: line_id
with items as (
    select * from staging.base_sap__sales_order_items
),

prices as (
    select * from staging.base_sap__prices
),

components as (
    select
        _connection, _key, _parent,
        coalesce(cast(try_cast(higher_level_item as bigint) as varchar), '0') as set_item
    from items
    where not _deleted and coalesce(cast(try_cast(higher_level_item as bigint) as varchar), '0') <> '0'
),

-- A set that charges something is an item like any other, and its components are what is delivered for it.
sets as (
    select distinct items._connection as _connection, items._key as _key, items._parent as _parent,
        cast(try_cast(items.sales_order_item as bigint) as varchar) as item, nullif(trim(items.crm_line), '') as crm_reference
    from items
    inner join components
        on items._connection = components._connection
        and items._parent = components._parent
        and cast(try_cast(items.sales_order_item as bigint) as varchar) = components.set_item
    where coalesce(cast(try_cast(items.net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(items.net_amount as decimal(38, 4)), 0) = 0
),

members as (
    select components._connection as _connection, components._key as _key, sets.crm_reference as crm_reference
    from components
    inner join sets
        on components._connection = sets._connection
        and components._parent = sets._parent
        and components.set_item = sets.item
),

typed as (
    select
        items._connection as source,
        items._key as source_id,
        items._connection || ':' || items._key as line_id,
        items._connection || ':' || items._parent as document_id,
        try_cast(items.sales_order_item as bigint) as line_number,
        items.product as product,
        try_cast(items.requested_quantity as decimal(18, 6)) as quantity,
        items.unit as unit,
        coalesce(coalesce(cast(try_cast(items.net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(items.net_amount as decimal(38, 4))), 0) as amount,
        coalesce(coalesce(cast(try_cast(items.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(items.tax_amount as decimal(38, 4))), 0) as tax_amount,
        items.transaction_currency as currency,
        coalesce(items.sales_document_rjcn_reason, '') <> '' as is_closed,
        coalesce(nullif(trim(items.crm_line), ''), members.crm_reference) as crm_reference,
        items._deleted as is_deleted
    from items
    left join sets
        on items._connection = sets._connection
        and items._key = sets._key
    left join members
        on items._connection = members._connection
        and items._key = members._key
    where sets._key is null
),

priced as (
    select
        typed.*,
        case when prices.unit is null or prices.unit = typed.unit then prices.unit_price end as unit_price
    from typed
    left join prices
        on typed.line_id = prices.item_id
)

select * from priced
