-- QuickBooks products and services: no units of measure, and no cost but the purchase cost, in the home currency. The name of an inactive one is
-- what it was before QuickBooks wrote (deleted) behind it. Its own items for shipping and for tips are in no list: each company has them here. One
-- row per item.
-- key: product_id
with items as (
    select
        base.*,
        case when base.active = 'false' and base.name like '% (deleted%)' then substr(base.name, 1, length(base.name) - strpos(reverse(base.name), 'deteled( ') - 8) else base.name end as own_name
    from staging.base_quickbooks__items as base
    where coalesce(base.type, '') <> 'Category'
),

companies as (
    select * from staging.base_quickbooks__companies
),

accounts as (
    select * from staging.base_quickbooks__income_accounts
),

own_items as (
    select 'SHIPPING_ITEM_ID' as id, 'Shipping' as name, 'freight' as kind
    union all
    select 'GRATUITY_ITEM_ID' as id, 'Gratuity' as name, 'item' as kind
),

renamed as (
    select
        items._connection || ':' || items.id as product_id,
        items._connection as source,
        items.id as source_id,
        coalesce(nullif(trim(items.sku), ''), items.own_name) as code,
        items.own_name as name,
        cast(null as varchar) as family,
        case
            when coalesce(accounts.is_freight, false) then 'freight'
            when coalesce(accounts.is_discount, false) then 'discount'
            else 'item'
        end as kind,
        cast(null as varchar) as unit,
        cast(null as varchar) as unit_group,
        coalesce(cast(try_cast(items.purchase_cost as decimal(18, 8)) as decimal(38, 8)), try_cast(items.purchase_cost as decimal(38, 8))) as unit_cost,
        companies.home_currency as currency,
        coalesce(items.active = 'true', true) as is_active,
        try_cast(substr(items.create_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(items.last_updated_time, 1, 19) as timestamp) as modified_at,
        items._deleted as is_deleted
    from items
    left join companies
        on items._connection = companies._connection
    left join accounts
        on items._connection = accounts._connection
        and items.income_account_id = accounts.account_id
    union all
    select
        companies._connection || ':' || own_items.id as product_id,
        companies._connection as source,
        own_items.id as source_id,
        own_items.name as code,
        own_items.name as name,
        cast(null as varchar) as family,
        own_items.kind as kind,
        cast(null as varchar) as unit,
        cast(null as varchar) as unit_group,
        cast(null as decimal(38, 8)) as unit_cost,
        companies.home_currency as currency,
        true as is_active,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as modified_at,
        false as is_deleted
    from companies
    cross join own_items
)

select * from renamed
