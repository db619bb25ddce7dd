-- Proves that legal_entities of the configuration names the ERP's legal entities as the ERP does: each one with revenue has the company's code, and
-- what a connection is said to call one is there. Without its code a legal entity stands apart, under the ERP's own name.
-- owner: finance
-- severity: warning
with codes as (
    select connection, reference, legal_entity from staging.stg_tieout__legal_entity_codes
),

legal_entities as (
    select legal_entity_id, source, source_id, name from canonical.legal_entities
),

revenue as (
    select legal_entity, count(*) as entry_count
    from intermediate.int_revenue
    group by legal_entity
),

known as (
    select source, count(*) as entity_count, min(source_id) as first_reference
    from legal_entities
    group by source
),

without_code as (
    select
        'has revenue and no code' as problem,
        legal_entities.source as connection,
        legal_entities.source_id as reference,
        legal_entities.name as name,
        cast(null as varchar) as legal_entity,
        revenue.entry_count as entry_count,
        'write legal_entities: { <code>: { ' || legal_entities.source || ': "' || legal_entities.source_id || '" } }' as next_step
    from legal_entities
    inner join revenue
        on legal_entities.legal_entity_id = revenue.legal_entity
    left join codes
        on legal_entities.source = codes.connection
        and legal_entities.source_id = codes.reference
    where codes.legal_entity is null
),

without_entity as (
    select
        'names nothing that the ERP has' as problem,
        codes.connection as connection,
        codes.reference as reference,
        cast(null as varchar) as name,
        codes.legal_entity as legal_entity,
        cast(null as bigint) as entry_count,
        case known.entity_count
            when 1 then codes.connection || ' has one legal entity: ' || known.first_reference
            else codes.connection || ' has ' || known.entity_count || ' legal entities, ' || known.first_reference || ' among them'
        end as next_step
    from codes
    inner join known
        on codes.connection = known.source
    left join legal_entities
        on codes.connection = legal_entities.source
        and codes.reference = legal_entities.source_id
    where legal_entities.legal_entity_id is null
),

problems as (
    select problem, connection, reference, name, legal_entity, entry_count, next_step from without_entity
    union all
    select problem, connection, reference, name, legal_entity, entry_count, next_step from without_code
)

select * from problems
