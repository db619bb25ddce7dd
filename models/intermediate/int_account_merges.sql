-- The account that each CRM account lives on as in its own CRM: itself, or the last one that it was merged into. Accounts whose merges lead in a circle
-- stay themselves. One row per account.
-- key: account_id
with recursive accounts as (
    select customers.customer_id, customers.merged_into_id
    from canonical.customers as customers
    inner join staging.stg_tieout__connections as connections
        on customers.source = connections.connection and connections.role = 'crm'
),

merged as (
    select customer_id, merged_into_id from accounts
    where merged_into_id is not null
),

-- Each place is reached once: a circle ends there.
reached (account_id, survivor_id) as (
    select customer_id, merged_into_id from merged
    union
    select reached.account_id, merged.merged_into_id
    from reached
    inner join merged
        on reached.survivor_id = merged.customer_id
),

ended as (
    select account_id, survivor_id from reached
    where not exists (select 1 from merged where merged.customer_id = reached.survivor_id)
),

followed as (
    select
        accounts.customer_id as account_id,
        coalesce(ended.survivor_id, accounts.customer_id) as survivor_id
    from accounts
    left join ended
        on accounts.customer_id = ended.account_id
)

select * from followed
