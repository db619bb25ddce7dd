-- NetSuite items. The average cost is in the base currency of the account. One row per item.
-- key: product_id
with items as (
    select * from staging.base_netsuite__items
),

base_currency as (
    select _connection, symbol from staging.base_netsuite__currencies
    where isbasecurrency = 'T' and not _deleted
),

editions as (
    select * from staging.base_netsuite__editions
),

units as (
    select * from staging.base_netsuite__units
),

renamed as (
    select
        items._connection || ':' || items.id as product_id,
        items._connection as source,
        items.id as source_id,
        items.itemid as code,
        items.displayname as name,
        items.class as family,
        case items.itemtype when 'Discount' then 'discount' when 'ShipItem' then 'freight' else 'item' end as kind,
        units.unitname as unit,
        items._connection || ':' || items.unitstype as unit_group,
        coalesce(cast(try_cast(items.averagecost as decimal(18, 8)) as decimal(38, 8)), try_cast(items.averagecost as decimal(38, 8))) as unit_cost,
        coalesce(base_currency.symbol, editions.base_currency) as currency,
        coalesce(items.isinactive = 'F', true) as is_active,
        try_cast(substr(items.createddate, 1, 19) as timestamp) as created_at,
        try_cast(substr(items.lastmodifieddate, 1, 19) as timestamp) as modified_at,
        items._deleted as is_deleted
    from items
    left join units
        on items._connection = units._connection
        and items.unitstype = units.unitstype
        and items.saleunit = units.internalid
    left join base_currency
        on items._connection = base_currency._connection
    left join editions
        on items._connection = editions.connection
)

select * from renamed
