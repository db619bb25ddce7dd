-- What a NetSuite account without OneWorld or without Multiple Currencies is itself: the one legal entity and the one currency of its records.
-- Where these name several after all, there is no such one, and what they name counts. With Multiple Currencies the account tells its base
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

several_currencies as (
    select transactions._connection as _connection
    from staging.base_netsuite__transactions as transactions
    inner join connections
        on transactions._connection = connections.connection
    where connections.currency is not null and not transactions._deleted
    group by transactions._connection
    having count(distinct transactions.currency) > 1
),

several_subsidiaries as (
    select headers._connection as _connection
    from staging.base_netsuite__transaction_lines as headers
    inner join connections
        on headers._connection = connections.connection
    where connections.legal_entity is not null and headers.mainline = 'T' and not headers._deleted
    group by headers._connection
    having count(distinct headers.subsidiary) > 1
),

editions as (
    select
        connections.connection as connection,
        connections.legal_entity as legal_entity,
        connections.connection || ':' || connections.legal_entity as legal_entity_id,
        connections.legal_entity is not null and several_subsidiaries._connection is null as is_one_entity,
        case when several_currencies._connection is null then connections.currency end as currency,
        coalesce(base_currencies.symbol, case when several_currencies._connection is null then connections.currency end) as base_currency
    from connections
    left join base_currencies
        on connections.connection = base_currencies._connection
    left join several_currencies
        on connections.connection = several_currencies._connection
    left join several_subsidiaries
        on connections.connection = several_subsidiaries._connection
)

select * from editions
