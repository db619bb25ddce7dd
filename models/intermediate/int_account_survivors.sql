-- The account that each CRM account is counted as: the one that it lives on as in its own CRM and, where several CRMs have the same customer, the account of
-- the first connection of the configuration (of one that is gone after all others). Accounts of different CRMs are the same customer if both are tied to
-- one ERP customer (it names them, or they name it), or have the same tax number; where one CRM has several such accounts, or an account is tied to
-- several, each stays itself. One row per account.
-- key: account_id
with merges as (
    select * from intermediate.int_account_merges
),

accounts as (
    select merges.account_id, merges.survivor_id, customers.source, customers.is_deleted, upper(translate(customers.tax_number, ' .-/', '')) as tax_number
    from merges
    inner join canonical.customers as customers
        on merges.account_id = customers.customer_id
),

sources as (
    select count(distinct source) as source_count from accounts
),

rejected as (
    select distinct crm_id, erp_id from staging.stg_tieout__decisions
    where kind = 'customer_reject'
),

refs as (
    select * from intermediate.int_references
    where record_id is not null
),

named as (
    select referrer_id as erp_id, record_id as account_id from refs
    where object = 'account'
    union
    select record_id as erp_id, referrer_id as account_id from refs
    where object = 'erp_customer'
),

-- With one CRM there is nothing to bring together.
tied as (
    select distinct named.erp_id as tie, survivors.account_id, survivors.source, survivors.is_deleted
    from named
    inner join merges
        on named.account_id = merges.account_id
    inner join accounts as survivors
        on merges.survivor_id = survivors.account_id
    cross join sources
    left join rejected
        on named.erp_id = rejected.erp_id and survivors.account_id = rejected.crm_id
    left join rejected as rejected_itself
        on named.erp_id = rejected_itself.erp_id and named.account_id = rejected_itself.crm_id
    where rejected.erp_id is null and rejected_itself.erp_id is null and sources.source_count > 1
    union
    select 'tax number ' || accounts.tax_number as tie, survivors.account_id, survivors.source, survivors.is_deleted
    from accounts
    inner join accounts as survivors
        on accounts.survivor_id = survivors.account_id
    cross join sources
    where accounts.tax_number <> '' and not accounts.is_deleted and sources.source_count > 1
),

of_source as (
    select tied.tie, tied.source, min(tied.account_id) as account_id, count(*) as account_count,
        min(case when tied.is_deleted then 1 else 0 end) as is_gone
    from tied
    group by tied.tie, tied.source
),

ranked as (
    select
        of_source.tie, of_source.source,
        row_number() over (partition by of_source.tie order by of_source.is_gone, coalesce(connections.place, 0), of_source.source) as preference,
        count(*) over (partition by of_source.tie) as source_count,
        max(of_source.account_count) over (partition by of_source.tie) as most_accounts
    from of_source
    inner join staging.stg_tieout__connections as connections
        on of_source.source = connections.connection
),

ties as (
    select tie, source as first_source from ranked
    where preference = 1 and source_count > 1 and most_accounts = 1
),

same as (
    select others.account_id, min(firsts.account_id) as first_id, min(ties.tie) as tie
    from ties
    inner join of_source as firsts
        on ties.tie = firsts.tie
        and ties.first_source = firsts.source
    inner join of_source as others
        on ties.tie = others.tie
        and ties.first_source <> others.source
    group by others.account_id
    having count(distinct firsts.account_id) = 1
),

counted as (
    select
        merges.account_id as account_id,
        coalesce(further.first_id, same.first_id, merges.survivor_id) as survivor_id,
        coalesce(further.tie, same.tie) as shared_tie
    from merges
    left join same
        on merges.survivor_id = same.account_id
    left join same as further
        on same.first_id = further.account_id
)

select * from counted
