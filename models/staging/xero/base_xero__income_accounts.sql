-- Xero accounts of the class REVENUE, and whether freight is booked there (by the account's name). One row per account.
-- key: _connection, account_id
with accounts as (
    select * from staging.base_xero__accounts
    where class = 'REVENUE'
),

marked as (
    select
        accounts._connection as _connection,
        accounts.account_id as account_id,
        accounts.code as code,
        lower(accounts.name) like '%freight%' or lower(accounts.name) like '%shipping%' or lower(accounts.name) like '%carriage%'
            or lower(accounts.name) like '%postage%' or lower(accounts.name) like '%delivery%' as is_freight
    from accounts
)

select * from marked
