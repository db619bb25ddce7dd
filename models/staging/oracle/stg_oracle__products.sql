-- Oracle items; those of the type Freight are charges for freight. What one costs is in other resources. One row per item.
-- key: product_id
with products as (
    select * from staging.base_oracle__products
),

units as (
    select * from staging.base_oracle__units
    where not _deleted
),

renamed as (
    select
        products.product_id as product_id,
        products.source as source,
        products.source_id as source_id,
        products.code as code,
        products.name as name,
        products.family as family,
        products.kind as kind,
        units.unit_of_measure as unit,
        units._connection || ':' || units.class_code as unit_group,
        cast(null as decimal(38, 8)) as unit_cost,
        cast(null as varchar) as currency,
        products.is_active as is_active,
        products.created_at as created_at,
        products.modified_at as modified_at,
        products.is_deleted as is_deleted
    from products
    left join units
        on products.source = units._connection
        and products.unit_code = units.uomcode
)

select * from renamed
