-- ERP customers that no account is linked to, each with the accounts that it may belong to; none of them is a link until a person says so. One row per
-- ERP customer and account.
-- key: candidate_id
-- owner: revenue operations
with candidates as (
    select * from intermediate.int_customer_candidates
),

customers as (
    select * from canonical.customers
),

deals as (
    select customer_id, count(*) as deal_count from intermediate.int_deals group by customer_id
),

listed as (
    select
        candidates.erp_customer_id || ' ' || candidates.account_id as candidate_id,
        candidates.state as state,
        candidates.evidence as evidence,
        cast(candidates.evidence_count as bigint) as evidence_count,
        case when candidates.is_only then 'the only one' when candidates.is_best then 'the best' else 'one of several' end as choice,
        candidates.account_id as crm_id,
        accounts.name as crm_name,
        cast(coalesce(deals.deal_count, 0) as bigint) as won_deal_count,
        candidates.erp_customer_id as erp_id,
        erp.name as erp_name,
        erp.number as erp_number,
        users.name as owner_name
    from candidates
    left join customers as accounts
        on candidates.account_id = accounts.customer_id
    left join customers as erp
        on candidates.erp_customer_id = erp.customer_id
    left join deals
        on candidates.account_id = deals.customer_id
    left join canonical.users as users
        on accounts.owner_id = users.user_id
)

select * from listed
