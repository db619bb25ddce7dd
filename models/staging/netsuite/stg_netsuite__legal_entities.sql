-- NetSuite subsidiaries. One row per subsidiary.
-- key: legal_entity_id
with subsidiaries as (
    select * from staging.base_netsuite__subsidiaries
    where not _deleted
),

currencies as (
    select * from staging.base_netsuite__currencies
),

renamed as (
    select
        subsidiaries._connection || ':' || subsidiaries.id as legal_entity_id,
        subsidiaries._connection as source,
        subsidiaries.id as source_id,
        subsidiaries.name as name,
        currencies.symbol as currency,
        subsidiaries.country as country,
        subsidiaries._connection || ':' || subsidiaries.parent as parent_id,
        coalesce(subsidiaries.iselimination = 'T', false) as is_elimination,
        coalesce(subsidiaries.isinactive = 'F', true) as is_active
    from subsidiaries
    left join currencies
        on subsidiaries._connection = currencies._connection
        and subsidiaries.currency = currencies.id
)

select * from renamed
