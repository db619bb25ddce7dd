-- QuickBooks accounts whose postings are revenue, those of freight (by name) and of discounts (by detail type) among them. The name of an inactive
-- one is what it was before QuickBooks wrote (deleted) behind it. One row per account.
-- key: _connection, account_id
with accounts as (
    select * from staging.base_quickbooks__accounts
    where classification = 'Revenue' or account_sub_type = 'DiscountsRefundsGiven'
),

marked as (
    select
        accounts._connection as _connection,
        accounts.id as account_id,
        coalesce(
            nullif(trim(accounts.acct_num), ''),
            case when accounts.active = 'false' and accounts.name like '% (deleted%)' then substr(accounts.name, 1, length(accounts.name) - strpos(reverse(accounts.name), 'deteled( ') - 8) else accounts.name end
        ) as code,
        coalesce(accounts.account_sub_type = 'DiscountsRefundsGiven', false) as is_discount,
        lower(accounts.name) like '%freight%' or lower(accounts.name) like '%shipping%' or lower(accounts.name) like '%carriage%'
            or lower(accounts.name) like '%postage%' or lower(accounts.name) like '%delivery%'
            or coalesce(accounts.account_sub_type = 'ShippingFreightDelivery', false) as is_freight
    from accounts
)

select * from marked
