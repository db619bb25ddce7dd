-- The crosswalk: every customer record of either system, the customer that it belongs to, and what proves it. One row per source customer.
-- key: source_customer_id
-- owner: revenue operations
with links as (
    select * from intermediate.int_customer_links
    where not is_deleted or tier = 'merged'
),

customers as (
    select * from canonical.customers
),

places as (
    select places.customer_id, min(entity_codes.legal_entity) as legal_entity
    from canonical.customer_legal_entities as places
    inner join canonical.legal_entities as legal_entities
        on places.legal_entity_id = legal_entities.legal_entity_id
    inner join staging.stg_tieout__legal_entity_codes as entity_codes
        on legal_entities.source = entity_codes.connection
        and legal_entities.source_id = entity_codes.reference
    where not places.is_deleted and places.is_primary
    group by places.customer_id
),

connections as (
    select * from staging.stg_tieout__connections
),

record_links as (
    select * from staging.stg_tieout__record_links
),

listed as (
    select
        links.customer_id as customer_id,
        links.source_customer_id as source_customer_id,
        links.source as source,
        links.number as number,
        links.name as name,
        places.legal_entity as legal_entity,
        links.role as role,
        links.tier as tier,
        links.evidence as evidence,
        links.since as since,
        replace(
            replace(coalesce(record_links.url, connections.record_url), '{object}', case connections.role when 'crm' then 'account' else 'customer' end),
            '{id}', customers.source_id
        ) as crm_url
    from links
    left join customers
        on links.source_customer_id = customers.customer_id
    left join places
        on links.source_customer_id = places.customer_id
    left join connections
        on links.source = connections.connection
    left join record_links
        on links.source = record_links.connection
        and record_links.object = case connections.role when 'crm' then 'account' else 'customer' end
)

select * from listed
