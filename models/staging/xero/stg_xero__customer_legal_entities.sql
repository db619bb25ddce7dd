-- A Xero contact is one of its organisation, and of no other. One row per contact.
-- key: customer_legal_entity_id
with customers as (
    select * from staging.stg_xero__customers
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

renamed as (
    select
        customers.customer_id || ':' || organisations.organisation_id as customer_legal_entity_id,
        customers.source as source,
        customers.source_id || ':' || organisations.organisation_id as source_id,
        customers.customer_id as customer_id,
        organisations._connection || ':' || organisations.organisation_id as legal_entity_id,
        true as is_primary,
        customers.is_deleted as is_deleted
    from customers
    inner join organisations
        on customers.source = organisations._connection
)

select * from renamed
