-- Salesforce products. One row per product.
-- key: product_id
with products as (
    select * from staging.base_salesforce__products
),

renamed as (
    select
        products._connection || ':' || products.id as product_id,
        products._connection as source,
        products.id as source_id,
        products.product_code as code,
        products.name as name,
        products.family as family,
        case lower(products.family) when 'tax' then 'tax' when 'freight' then 'freight' else 'item' end as kind,
        products.quantity_unit_of_measure as unit,
        cast(null as varchar) as unit_group,
        cast(null as decimal(38, 8)) as unit_cost,
        cast(null as varchar) as currency,
        coalesce(products.is_active = 'true', false) as is_active,
        try_cast(replace(substr(products.created_date, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(products.system_modstamp, 1, 19), 'T', ' ') as timestamp) as modified_at,
        (products._deleted or coalesce(products.is_deleted = 'true', false)) as is_deleted
    from products
)

select * from renamed
