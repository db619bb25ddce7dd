-- ERPNext's selling prices. One row per item price.
-- key: price_list_entry_id
with item_prices as (
    select * from staging.base_erpnext__item_prices
),

renamed as (
    select
        item_prices._connection || ':' || item_prices.name as price_list_entry_id,
        item_prices._connection as source,
        item_prices.name as source_id,
        item_prices.price_list as price_list,
        item_prices._connection || ':' || item_prices.item_code as product_id,
        coalesce(cast(try_cast(item_prices.price_list_rate as decimal(18, 8)) as decimal(38, 8)), try_cast(item_prices.price_list_rate as decimal(38, 8))) as unit_price,
        item_prices.currency as currency,
        item_prices.valid_upto is null as is_active,
        try_cast(substr(item_prices.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(item_prices.modified, 1, 19) as timestamp) as modified_at,
        item_prices._deleted as is_deleted
    from item_prices
)

select * from renamed
