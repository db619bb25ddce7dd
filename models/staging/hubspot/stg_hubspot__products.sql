-- HubSpot products. The family, a property of the company's own, makes tax and freight lines what they are. One row per product.
-- key: product_id
with products as (
    select * from staging.base_hubspot__products
),

renamed as (
    select
        products._connection || ':' || products.hs_object_id as product_id,
        products._connection as source,
        products.hs_object_id as source_id,
        products.hs_sku as code,
        products.name as name,
        products.family as family,
        case lower(products.family) when 'tax' then 'tax' when 'freight' then 'freight' else 'item' end as kind,
        products.unit as unit,
        cast(null as varchar) as unit_group,
        cast(null as decimal(38, 8)) as unit_cost,
        cast(null as varchar) as currency,
        not products._deleted as is_active,
        try_cast(replace(substr(products.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(products.hs_lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        products._deleted as is_deleted
    from products
)

select * from renamed
