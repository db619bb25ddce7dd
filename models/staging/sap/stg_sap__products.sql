-- SAP products, each with its own table of units. One row per product.
-- key: product_id
with products as (
    select * from staging.base_sap__products
),

descriptions as (
    select
        _connection, _parent,
        coalesce(max(case when language = 'EN' then product_description end), min(product_description)) as description
    from staging.base_sap__product_descriptions
    where not _deleted
    group by _connection, _parent
),

freight_products as (
    select * from staging.base_sap__freight_products
),

unit_names as (
    select * from staging.base_sap__unit_names
),

renamed as (
    select
        products._connection || ':' || products.product as product_id,
        products._connection as source,
        products.product as source_id,
        products.product as code,
        coalesce(descriptions.description, products.product) as name,
        nullif(products.product_group, '') as family,
        case when freight_products.product is not null then 'freight' else 'item' end as kind,
        coalesce(unit_names.unit_name, products.base_unit) as unit,
        products._connection || ':' || products.product as unit_group,
        cast(null as decimal(38, 8)) as unit_cost,
        cast(null as varchar) as currency,
        not coalesce(products.is_marked_for_deletion = 'true', false) as is_active,
        try_cast(substr(products.creation_date, 1, 10) || ' 00:00:00' as timestamp) as created_at,
        try_cast(substr(products.last_change_date_time, 1, 19) as timestamp) as modified_at,
        products._deleted as is_deleted
    from products
    left join descriptions
        on products._connection = descriptions._connection
        and products._key = descriptions._parent
    left join freight_products
        on products._connection = freight_products.source
        and products.product = freight_products.product
    left join unit_names
        on products._connection = unit_names._connection
        and products.base_unit = unit_names.unit
)

select * from renamed
