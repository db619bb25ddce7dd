-- The subsidiaries in which each NetSuite customer may trade. One row per customer and subsidiary.
-- key: customer_legal_entity_id
with relationships as (
    select * from staging.base_netsuite__customer_subsidiaries
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
)

select * from renamed
