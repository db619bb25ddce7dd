-- The subsidiaries in which each NetSuite customer may trade; without OneWorld all of them trade with the account itself. One row per customer and
-- subsidiary.
-- key: customer_legal_entity_id
with relationships as (
    select * from staging.base_netsuite__customer_subsidiaries
),

customers as (
    select * from staging.base_netsuite__customers
),

editions as (
    select * from staging.base_netsuite__editions
    where legal_entity is not null
),

renamed as (
    select
        relationships._connection || ':' || relationships.id as customer_legal_entity_id,
        relationships._connection as source,
        relationships.id as source_id,
        relationships._connection || ':' || relationships.entity as customer_id,
        relationships._connection || ':' || relationships.subsidiary as legal_entity_id,
        coalesce(relationships.isprimarysub = 'T', false) as is_primary,
        relationships._deleted as is_deleted
    from relationships
),

own as (
    select
        customers._connection || ':own:' || customers.id as customer_legal_entity_id,
        customers._connection as source,
        customers.id as source_id,
        customers._connection || ':' || customers.id as customer_id,
        editions.legal_entity_id as legal_entity_id,
        true as is_primary,
        customers._deleted as is_deleted
    from customers
    inner join editions
        on customers._connection = editions.connection
),

together as (
    select customer_legal_entity_id, source, source_id, customer_id, legal_entity_id, is_primary, is_deleted
    from renamed
    union all
    select customer_legal_entity_id, source, source_id, customer_id, legal_entity_id, is_primary, is_deleted
    from own
)

select * from together
