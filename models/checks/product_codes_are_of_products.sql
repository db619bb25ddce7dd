-- Names the codes under product_codes of tieout.yml that no product of the CRM, or none of the ERP, has: a code that is misspelt there maps nothing.
-- owner: integrations
-- severity: warning
with products as (
    select connections.role, trim(products.code) as code
    from canonical.products as products
    inner join staging.stg_tieout__connections as connections
        on products.source = connections.connection
    where not products.is_deleted and products.code is not null
),

told as (
    select 'crm' as role, crm_code as code from staging.stg_tieout__product_codes
    union
    select 'erp' as role, erp_code as code from staging.stg_tieout__product_codes
),

problems as (
    select told.role, told.code
    from told
    where exists (select 1 from products where products.role = told.role)
        and not exists (select 1 from products where products.role = told.role and products.code = told.code)
)

select * from problems
