-- ERPNext items. What one is worth is in the currency of the companies that stock it: given only where all have the same.
-- One row per item.
-- key: product_id
with items as (
    select * from staging.base_erpnext__items
),

company_currencies as (
    select _connection, min(default_currency) as currency
    from staging.base_erpnext__companies
    where not _deleted
    group by _connection
    having count(distinct default_currency) = 1
),

renamed as (
    select
        items._connection || ':' || items.name as product_id,
        items._connection as source,
        items.name as source_id,
        items.name as code,
        items.item_name as name,
        items.item_group as family,
        'item' as kind,
        items.stock_uom as unit,
        items._connection || ':' || items.name as unit_group,
        case when company_currencies.currency is not null then nullif(coalesce(cast(try_cast(items.valuation_rate as decimal(18, 8)) as decimal(38, 8)), try_cast(items.valuation_rate as decimal(38, 8))), 0) end as unit_cost,
        company_currencies.currency as currency,
        coalesce(items.disabled <> '1', true) as is_active,
        try_cast(substr(items.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(items.modified, 1, 19) as timestamp) as modified_at,
        items._deleted as is_deleted
    from items
    left join company_currencies
        on items._connection = company_currencies._connection
)

select * from renamed
