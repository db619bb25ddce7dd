-- The account that each CRM account lives on as in its own CRM: itself, or the one that it was merged into (followed three times). Accounts merged into each other in a
-- circle stay themselves. One row per account.
-- key: account_id
with accounts as (
    select customers.customer_id, customers.merged_into_id
    from canonical.customers as customers
    inner join staging.stg_tieout__connections as connections
        on customers.source = connections.connection and connections.role = 'crm'
),

followed as (
    select
        accounts.customer_id as account_id,
        case
            when accounts.customer_id in (accounts.merged_into_id, seconds.merged_into_id, thirds.merged_into_id) then accounts.customer_id
            else coalesce(thirds.merged_into_id, seconds.merged_into_id, accounts.merged_into_id, accounts.customer_id)
        end as survivor_id
    from accounts
    left join accounts as seconds
        on accounts.merged_into_id = seconds.customer_id
    left join accounts as thirds
        on seconds.merged_into_id = thirds.customer_id
)

select * from followed
