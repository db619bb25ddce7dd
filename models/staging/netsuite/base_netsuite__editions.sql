-- What a NetSuite account without OneWorld or without Multiple Currencies is itself: the one legal entity and the one currency of its records,
-- which name none. Where its transactions name several currencies after all there is no such one. With Multiple Currencies it tells its base
-- currency. One row per connection that lacks either feature.
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

several as (
    select transactions._connection as _connection
    from staging.base_netsuite__transactions as transactions
    inner join connections
        on transactions._connection = connections.connection
    where connections.currency is not null and not transactions._deleted
    group by transactions._connection
    having count(distinct transactions.currency) > 1
),

editions as (
    select
        connections.connection as connection,
        connections.legal_entity as legal_entity,
        connections.connection || ':' || connections.legal_entity as legal_entity_id,
        case when several._connection is null then connections.currency end as currency,
        coalesce(base_currencies.symbol, case when several._connection is null then connections.currency end) as base_currency
    from connections
    left join base_currencies
        on connections.connection = base_currencies._connection
    left join several
        on connections.connection = several._connection
)

select * from editions
