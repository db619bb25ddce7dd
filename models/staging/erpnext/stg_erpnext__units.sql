-- The units in which each ERPNext item is sold: how many stock units one is; the stock unit itself is one. One row per item and unit.
-- key: unit_id
with item_units as (
    select * from staging.base_erpnext__item_units
    where not _deleted
),

items as (
    select * from staging.base_erpnext__items
    where not _deleted
),

written as (
    select
        _connection, parent as item, uom, max(try_cast(conversion_factor as decimal(18, 6))) as base_quantity
    from item_units
    group by _connection, parent, uom
),

unwritten as (
    select items._connection, items.name as item, items.stock_uom as uom, cast(1 as decimal(18, 6)) as base_quantity
    from items
    left join written
        on items._connection = written._connection
        and items.name = written.item
        and items.stock_uom = written.uom
    where written.uom is null and items.stock_uom is not null
),

units as (
    select * from written
    union all
    select * from unwritten
),

renamed as (
    select
        units._connection || ':' || units.item || ':' || units.uom as unit_id,
        units._connection as source,
        units.item || ':' || units.uom as source_id,
        units._connection || ':' || units.item as unit_group,
        units.uom as unit,
        units.base_quantity as base_quantity
    from units
)

select * from renamed
