-- NetSuite subsidiaries; of an account without OneWorld the account itself, called what the configuration calls it. One row per subsidiary.
-- key: legal_entity_id
with subsidiaries as (
    select * from staging.base_netsuite__subsidiaries
    where not _deleted
),

currencies as (
    select * from staging.base_netsuite__currencies
),

editions as (
    select * from staging.base_netsuite__editions
),

codes as (
    select * from staging.stg_tieout__legal_entity_codes
),

renamed as (
    select
        subsidiaries._connection || ':' || subsidiaries.id as legal_entity_id,
        subsidiaries._connection as source,
        subsidiaries.id as source_id,
        subsidiaries.name as name,
        coalesce(currencies.symbol, editions.base_currency) as currency,
        subsidiaries.country as country,
        subsidiaries._connection || ':' || subsidiaries.parent as parent_id,
        coalesce(subsidiaries.iselimination = 'T', false) as is_elimination,
        coalesce(subsidiaries.isinactive = 'F', true) as is_active
    from subsidiaries
    left join currencies
        on subsidiaries._connection = currencies._connection
        and subsidiaries.currency = currencies.id
    left join editions
        on subsidiaries._connection = editions.connection
),

own as (
    select
        editions.legal_entity_id as legal_entity_id,
        editions.connection as source,
        editions.legal_entity as source_id,
        coalesce(codes.legal_entity, editions.connection) as name,
        editions.base_currency as currency,
        cast(null as varchar) as country,
        cast(null as varchar) as parent_id,
        false as is_elimination,
        true as is_active
    from editions
    left join codes
        on editions.connection = codes.connection
        and editions.legal_entity = codes.reference
    left join renamed
        on editions.legal_entity_id = renamed.legal_entity_id
    where editions.legal_entity is not null and renamed.legal_entity_id is null
),

together as (
    select legal_entity_id, source, source_id, name, currency, country, parent_id, is_elimination, is_active
    from renamed
    union all
    select legal_entity_id, source, source_id, name, currency, country, parent_id, is_elimination, is_active
    from own
)

select * from together
