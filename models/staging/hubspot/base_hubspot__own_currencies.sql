-- The currency of a HubSpot account, in which deals are that name none: what the account says, and as of a moment before that was read the one into which its
-- rates lead. Whether it is the only one, where the account says so. One row per connection.
-- key: _connection
with accounts as (
    select * from staging.base_hubspot__account
    where not _deleted
),

rates as (
    select _connection, min(to_currency_code) as currency
    from staging.base_hubspot__exchange_rates
    where not _deleted
    group by _connection
),

currencies as (
    select
        coalesce(accounts._connection, rates._connection) as _connection,
        coalesce(accounts.company_currency, rates.currency) as currency,
        accounts._connection is not null and accounts.additional_currencies is null as is_only
    from accounts
    full join rates
        on accounts._connection = rates._connection
)

select * from currencies
