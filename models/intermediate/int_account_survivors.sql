-- The account that each CRM account is counted as: the one that it lives on as in its own CRM and, where several CRMs have the same customer, the account of
-- the first connection of the configuration (of one that is gone after all others). Accounts of different CRMs are the same customer if both are tied to
-- one ERP customer (it names them, or they name it), or have the same tax number, and so are those that are tied to them in turn; where one CRM has
-- several such accounts, or an account is tied to several that are not one themselves, each stays itself. shared_tie is what ties the account, and what
-- ties that one in turn. One row per account.
-- key: account_id
with recursive merges as (
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

-- Each leads to one of a connection that comes before its own, so nothing leads in a circle.
leads as (
    select others.account_id, firsts.account_id as first_id, min(ties.tie) as tie
    from ties
    inner join of_source as firsts
        on ties.tie = firsts.tie
        and ties.first_source = firsts.source
    inner join of_source as others
        on ties.tie = others.tie
        and ties.first_source <> others.source
    group by others.account_id, firsts.account_id
),

walks (account_id, reached_id, first_id) as (
    select account_id, first_id, first_id from leads
    union all
    select walks.account_id, leads.first_id, walks.first_id
    from walks
    inner join leads
        on walks.reached_id = leads.account_id
),

torn as (
    select account_id from walks
    where not exists (select 1 from leads where leads.account_id = walks.reached_id)
    group by account_id
    having count(distinct reached_id) > 1 and count(distinct first_id) > 1
),

standing as (
    select * from leads
    where not exists (select 1 from torn where torn.account_id = leads.account_id)
),

ways (account_id, reached_id, tie, step_count) as (
    select account_id, first_id, tie, 1 from standing
    union all
    select ways.account_id, standing.first_id, ways.tie || ', ' || standing.tie, ways.step_count + 1
    from ways
    inner join standing
        on ways.reached_id = standing.account_id
),

ended as (
    select
        account_id, reached_id, tie,
        row_number() over (partition by account_id order by step_count, tie) as place
    from ways
    where not exists (select 1 from standing where standing.account_id = ways.reached_id)
),

same as (
    select account_id, reached_id as first_id, tie from ended
    where place = 1
),

counted as (
    select
        merges.account_id as account_id,
        coalesce(same.first_id, merges.survivor_id) as survivor_id,
        same.tie as shared_tie
    from merges
    left join same
        on merges.survivor_id = same.account_id
)

select * from counted
