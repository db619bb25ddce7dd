-- Xero items: no units of measure, and no cost but the purchase price, in the organisation's currency. One row per item.
-- key: product_id
with items as (
    select * from staging.base_xero__items
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

freight_accounts as (
    select _connection, code from staging.base_xero__income_accounts
    where is_freight
),

renamed as (
    select
        items._connection || ':' || items.item_id as product_id,
        items._connection as source,
        items.item_id as source_id,
        items.code as code,
        items.name as name,
        cast(null as varchar) as family,
        case
            when freight_accounts.code is not null
                or lower(items.code) in ('freight', 'shipping', 'delivery', 'postage', 'carriage') then 'freight'
            else 'item'
        end as kind,
        cast(null as varchar) as unit,
        cast(null as varchar) as unit_group,
        coalesce(cast(try_cast(items.purchase_unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(items.purchase_unit_price as decimal(38, 8))) as unit_cost,
        organisations.base_currency as currency,
        coalesce(items.is_sold = 'true', true) as is_active,
        cast(null as timestamp) as created_at,
        try_cast(substr(items.updated_date_utc, 1, 19) as timestamp) as modified_at,
        items._deleted as is_deleted
    from items
    left join organisations
        on items._connection = organisations._connection
    left join freight_accounts
        on items._connection = freight_accounts._connection
        and items.sales_account_code = freight_accounts.code
)

select * from renamed
