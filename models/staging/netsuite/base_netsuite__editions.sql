-- What a NetSuite account without OneWorld or without Multiple Currencies is itself: the one legal entity and the one currency of its records,
-- which name none, and its base currency, which with Multiple Currencies the account tells. One row per connection that lacks either feature.
-- key: connection
with connections as (
    select * from staging.stg_tieout__connections
    where kind = 'netsuite' and (currency is not null or legal_entity is not null)
),

base_currencies as (
    select _connection, min(symbol) as symbol
    from staging.base_netsuite__currencies
    where isbasecurrency = 'T' and not _deleted
    group by _connection
),

editions as (
    select
        connections.connection as connection,
        connections.legal_entity as legal_entity,
        connections.connection || ':' || connections.legal_entity as legal_entity_id,
        connections.currency as currency,
        coalesce(base_currencies.symbol, connections.currency) as base_currency
    from connections
    left join base_currencies
        on connections.connection = base_currencies._connection
)

select * from editions
