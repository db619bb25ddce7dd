-- The SAP products that are freight, by their number. One row per product.
-- key: source, product
with products as (
    select * from staging.base_sap__products
    where not _deleted
),

freight as (
    select products._connection as source, products.product as product
    from products
    where lower(products.product) in ('freight', 'shipping', 'delivery', 'postage', 'carriage', 'fracht', 'versand')
        or lower(products.product_group) in ('freight', 'shipping', 'fracht', 'versand')
)

select * from freight
