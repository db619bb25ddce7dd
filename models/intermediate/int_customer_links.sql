-- Whose customer each record of either system is: by the ERP record's own reference, by the one account that names it, by a person's
-- decision, by a tax number that is unique on both sides; else its own. One row per customer record.
-- key: source_customer_id
with connections as (
    select * from staging.stg_tieout__connections
),

customers as (
    select customers.*, connections.role as side
    from canonical.customers as customers
    inner join connections
        on customers.source = connections.connection
),

survivors as (
    select * from intermediate.int_account_survivors
),

-- A link that a person rejected is none, whichever rule would make it, and whether the account has been merged since.
rejected as (
    select distinct crm_id, erp_id from staging.stg_tieout__decisions
    where kind = 'customer_reject'
),

refs as (
    select * from intermediate.int_references
),

own_reference as (
    select
        refs.referrer_id as source_customer_id,
        min(survivors.survivor_id) as account_id,
        count(distinct survivors.survivor_id) as account_count,
        min(refs.name) as name
    from refs
    inner join survivors
        on refs.record_id = survivors.account_id
    left join rejected
        on refs.referrer_id = rejected.erp_id and survivors.survivor_id = rejected.crm_id
    left join rejected as rejected_itself
        on refs.referrer_id = rejected_itself.erp_id and survivors.account_id = rejected_itself.crm_id
    where refs.object = 'account' and rejected.erp_id is null and rejected_itself.erp_id is null
    group by refs.referrer_id
),

named_by as (
    select
        refs.record_id as source_customer_id,
        min(survivors.survivor_id) as account_id,
        count(distinct survivors.survivor_id) as account_count,
        min(refs.name) as name
    from refs
    inner join survivors
        on refs.referrer_id = survivors.account_id
    left join rejected
        on refs.record_id = rejected.erp_id and survivors.survivor_id = rejected.crm_id
    left join rejected as rejected_itself
        on refs.record_id = rejected_itself.erp_id and survivors.account_id = rejected_itself.crm_id
    where refs.object = 'erp_customer' and refs.record_id is not null and rejected.erp_id is null and rejected_itself.erp_id is null
    group by refs.record_id
),

-- An account that was linked may be merged since: its customer is the one that lives on.
decided as (
    select
        decisions.erp_id as source_customer_id, min(coalesce(survivors.survivor_id, decisions.crm_id)) as account_id,
        count(distinct coalesce(survivors.survivor_id, decisions.crm_id)) as account_count,
        min(decisions.reason) as reason, min(decisions.decided_by) as decided_by, min(decisions.decided_at) as decided_at
    from staging.stg_tieout__decisions as decisions
    left join survivors
        on decisions.crm_id = survivors.account_id
    where decisions.kind = 'customer_link'
    group by decisions.erp_id
),

tax_numbers as (
    select
        customers.side, upper(translate(customers.tax_number, ' .-/', '')) as tax_number,
        min(coalesce(survivors.survivor_id, customers.customer_id)) as customer_id,
        count(distinct coalesce(survivors.survivor_id, customers.customer_id)) as customer_count
    from customers
    left join survivors
        on customers.customer_id = survivors.account_id
    where customers.tax_number is not null and not customers.is_deleted
    group by customers.side, upper(translate(customers.tax_number, ' .-/', ''))
),

same_tax_number as (
    select erp.customer_id as source_customer_id, crm.customer_id as account_id, erp.tax_number
    from tax_numbers as erp
    inner join tax_numbers as crm
        on erp.tax_number = crm.tax_number
    left join rejected
        on erp.customer_id = rejected.erp_id and crm.customer_id = rejected.crm_id
    where rejected.erp_id is null and erp.side = 'erp' and crm.side = 'crm' and erp.customer_count = 1 and crm.customer_count = 1
),

joined as (
    select
        customers.customer_id as source_customer_id,
        customers.source as source,
        customers.side as side,
        customers.number as number,
        customers.name as name,
        coalesce(customers.role, 'sold_to') as role,
        customers.created_at as created_at,
        customers.is_deleted as is_deleted,
        survivors.survivor_id as survivor_id,
        survivors.shared_tie as shared_tie,
        own_reference.account_id as own_account_id,
        own_reference.account_count as own_account_count,
        own_reference.name as own_name,
        named_by.account_id as naming_account_id,
        named_by.account_count as naming_account_count,
        named_by.name as naming_name,
        decided.account_id as decided_account_id,
        decided.account_count as decided_account_count,
        decided.reason as decided_reason,
        decided.decided_by as decided_by,
        decided.decided_at as decided_at,
        same_tax_number.account_id as tax_account_id,
        same_tax_number.tax_number as tax_number
    from customers
    left join survivors
        on customers.customer_id = survivors.account_id
    left join own_reference
        on customers.customer_id = own_reference.source_customer_id
    left join named_by
        on customers.customer_id = named_by.source_customer_id
    left join decided
        on customers.customer_id = decided.source_customer_id
    left join same_tax_number
        on customers.customer_id = same_tax_number.source_customer_id
),

tiered as (
    select
        joined.*,
        case
            when joined.side = 'crm' and joined.survivor_id <> joined.source_customer_id then 'merged'
            when joined.side = 'crm' then 'crm'
            when joined.own_account_count = 1 then 'external_id'
            when coalesce(joined.own_account_count, 0) = 0 and joined.naming_account_count = 1 then 'external_id'
            when joined.decided_account_count = 1 then 'decision'
            when coalesce(joined.own_account_count, 0) = 0 and coalesce(joined.naming_account_count, 0) = 0
                and joined.tax_account_id is not null then 'tax_number'
            else 'none'
        end as tier
    from joined
),

linked as (
    select
        tiered.source_customer_id as source_customer_id,
        case
            when tiered.tier in ('merged', 'crm') then tiered.survivor_id
            when tiered.tier = 'external_id' and tiered.own_account_count = 1 then tiered.own_account_id
            when tiered.tier = 'external_id' then tiered.naming_account_id
            when tiered.tier = 'decision' then tiered.decided_account_id
            when tiered.tier = 'tax_number' then tiered.tax_account_id
            else tiered.source_customer_id
        end as customer_id,
        tiered.source as source,
        tiered.side as side,
        tiered.number as number,
        tiered.name as name,
        tiered.role as role,
        tiered.tier as tier,
        case
            when tiered.tier = 'external_id' and tiered.own_account_count = 1 then 'the ERP customer names ' || tiered.own_name
            when tiered.tier = 'external_id' then 'the account names ' || tiered.naming_name
            when tiered.tier = 'decision' then coalesce(tiered.decided_by, 'someone') || ': ' || coalesce(tiered.decided_reason, '')
            when tiered.tier = 'tax_number' then 'tax number ' || tiered.tax_number || ' on one record of each side'
            when tiered.tier = 'merged' and tiered.shared_tie is not null
                then 'the same customer as ' || tiered.survivor_id || ' of another CRM: ' || tiered.shared_tie
            when tiered.tier = 'merged' then 'merged into ' || tiered.survivor_id
            when tiered.tier = 'none' then 'no link'
            else 'the CRM account itself'
        end as evidence,
        case when tiered.tier = 'decision' then tiered.decided_at else tiered.created_at end as since,
        coalesce(tiered.own_account_count, 0) as own_account_count,
        coalesce(tiered.naming_account_count, 0) as naming_account_count,
        tiered.own_account_id as own_account_id,
        tiered.naming_account_id as naming_account_id,
        tiered.is_deleted as is_deleted
    from tiered
)

select * from linked
