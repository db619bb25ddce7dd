-- Oracle legal entities, each with the currency of its ledger where all its business units have the same. The list of them tells neither
-- country nor parent. One row per legal entity.
-- key: legal_entity_id
with legal_entities as (
    select * from staging.base_oracle__legal_entities
    where not _deleted
),

currencies as (
    select legal_entity_id, min(currency) as currency
    from staging.base_oracle__places
    group by legal_entity_id
    having count(distinct currency) = 1
),

renamed as (
    select
        legal_entities._connection || ':' || legal_entities.legal_entity_id as legal_entity_id,
        legal_entities._connection as source,
        legal_entities.legal_entity_id as source_id,
        legal_entities.name as name,
        currencies.currency as currency,
        cast(null as varchar) as country,
        cast(null as varchar) as parent_id,
        false as is_elimination,
        true as is_active
    from legal_entities
    left join currencies
        on legal_entities._connection || ':' || legal_entities.legal_entity_id = currencies.legal_entity_id
)

select * from renamed
