-- Products, each with the code by which deals, orders and invoices are compared: the CRM's. Of an ERP's product that is what the configuration says;
-- else its own, if the CRM has it; else the only one of the CRM that is written alike but for case and blanks; else its own. One row per product.
-- key: product_id
with products as (
    select * from canonical.products
),

connections as (
    select connection, role from staging.stg_tieout__connections
),

product_codes as (
    select erp_code, crm_code from staging.stg_tieout__product_codes
),

crm_codes as (
    select distinct products.code
    from products
    inner join connections
        on products.source = connections.connection
    where connections.role = 'crm' and not products.is_deleted and products.code is not null
),

written_alike as (
    select upper(replace(code, ' ', '')) as written, min(code) as code
    from crm_codes
    group by upper(replace(code, ' ', ''))
    having count(*) = 1
),

compared as (
    select
        products.product_id as product_id,
        products.source as source,
        products.unit_group as unit_group,
        products.is_deleted as is_deleted,
        case
            when connections.role = 'crm' then products.code
            else coalesce(product_codes.crm_code, crm_codes.code, written_alike.code, products.code)
        end as code
    from products
    left join connections
        on products.source = connections.connection
    left join product_codes
        on trim(products.code) = product_codes.erp_code
    left join crm_codes
        on products.code = crm_codes.code
    left join written_alike
        on upper(replace(products.code, ' ', '')) = written_alike.written
)

select * from compared
