-- Proves that each HubSpot connection has read one account: a token does not say whose it is, and records of two accounts under one name stand side by
-- side, the second one's read from where the first one's ended. Give the other account a connection with a name of its own.
-- owner: revenue operations
-- severity: error
-- blocks: true
with accounts as (
    select _connection, _key from staging.base_hubspot__account
),

problems as (
    select _connection as connection, min(_key) as first_account, max(_key) as last_account, count(*) as account_count
    from accounts
    group by _connection
    having count(*) > 1
)

select * from problems
