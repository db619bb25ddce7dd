-- A QuickBooks customer is one of its company, and of no other. One row per customer.
-- key: customer_legal_entity_id
with customers as (
    select * from staging.stg_quickbooks__customers
),

companies as (
    select * from staging.base_quickbooks__companies
),

renamed as (
    select
        customers.customer_id || ':' || companies.company_id as customer_legal_entity_id,
        customers.source as source,
        customers.source_id || ':' || companies.company_id as source_id,
        customers.customer_id as customer_id,
        companies.legal_entity_id as legal_entity_id,
        true as is_primary,
        customers.is_deleted as is_deleted
    from customers
    inner join companies
        on customers.source = companies._connection
)

select * from renamed
