-- What is wrong with the identity of customers and the links between documents, each with its candidates: for a person to decide.
-- One row per problem.
-- key: exception_id
with links as (
    select * from intermediate.int_customer_links
    where not is_deleted
),

refs as (
    select * from intermediate.int_references
),

customers as (
    select * from canonical.customers
),

places as (
    select customer_id, min(legal_entity_id) as legal_entity_id, count(*) as place_count
    from canonical.customer_legal_entities
    where not is_deleted and is_primary
    group by customer_id
),

deals as (
    select distinct customer_id from intermediate.int_deals
),

same_tax_number as (
    select
        links.source_customer_id, links.name, min(accounts.customer_id) as account_id, count(distinct accounts.customer_id) as account_count,
        min(erp.customer_id) as first_erp_id, max(erp.customer_id) as last_erp_id
    from links
    inner join customers as own
        on links.source_customer_id = own.customer_id
        and own.tax_number is not null
    inner join customers as accounts
        on upper(translate(own.tax_number, ' .-/', '')) = upper(translate(accounts.tax_number, ' .-/', ''))
        and not accounts.is_deleted
    inner join links as account_links
        on accounts.customer_id = account_links.source_customer_id
        and account_links.side = 'crm'
    inner join customers as erp
        on upper(translate(own.tax_number, ' .-/', '')) = upper(translate(erp.tax_number, ' .-/', ''))
        and not erp.is_deleted
        and erp.source = own.source
    where links.side = 'erp' and links.tier = 'none'
    group by links.source_customer_id, links.name
),

no_match_erp as (
    select
        'no_match' as kind, links.source_customer_id as subject_id, links.name as subject_name, cast(null as varchar) as candidates,
        'The ERP customer names no account, no account names it, and no tax number links it' as explanation, links.source_customer_id as customer_id
    from links
    where links.side = 'erp' and links.tier = 'none' and links.own_account_count = 0 and links.naming_account_count = 0
        and not exists (select 1 from same_tax_number where same_tax_number.source_customer_id = links.source_customer_id)
        and not exists (
            select 1 from refs where refs.object = 'account' and refs.referrer_id = links.source_customer_id and refs.record_id is null
        )
),

no_match_crm as (
    select
        'no_match' as kind, deals.customer_id as subject_id, accounts.name as subject_name, cast(null as varchar) as candidates,
        'The account has won deals, and no ERP customer is linked to it' as explanation, deals.customer_id as customer_id
    from deals
    inner join links as accounts
        on deals.customer_id = accounts.source_customer_id
    where not exists (
        select 1 from links as erp where erp.side = 'erp' and erp.customer_id = deals.customer_id
    )
),

tax_candidates as (
    select
        'two_candidates' as kind, source_customer_id as subject_id, name as subject_name,
        account_id || case when first_erp_id <> source_customer_id then ', ' || first_erp_id when last_erp_id <> source_customer_id then ', ' || last_erp_id else '' end
            as candidates,
        'Its tax number is an account''s, but another customer record has it too' as explanation, source_customer_id as customer_id
    from same_tax_number
),

two_candidates as (
    select
        'two_candidates' as kind, links.source_customer_id as subject_id, links.name as subject_name,
        case when links.own_account_count > 1 then 'it names ' || cast(links.own_account_count as varchar) || ' accounts'
            else cast(links.naming_account_count as varchar) || ' accounts name it' end as candidates,
        'One ERP customer is claimed by several accounts' as explanation, links.source_customer_id as customer_id
    from links
    where links.side = 'erp' and (links.own_account_count > 1 or (links.own_account_count = 0 and links.naming_account_count > 1))
),

disagreements as (
    select
        'disagreement' as kind, links.source_customer_id as subject_id, links.name as subject_name,
        links.own_account_id || ', ' || links.naming_account_id as candidates,
        'The ERP customer names one account, and another account names it' as explanation, links.customer_id as customer_id
    from links
    where links.side = 'erp' and links.own_account_count = 1 and links.naming_account_count = 1
        and links.own_account_id <> links.naming_account_id
),

-- What a name would lead to if it weren't deleted; a merged deal lives on as another.
deleted_records as (
    select 'opportunity' as object, source_id as reference from canonical.opportunities where is_deleted and merged_into_id is null
    union
    select 'opportunity_line' as object, source_id as reference from canonical.opportunity_lines where is_deleted
    union
    select 'order' as object, source_id as reference from canonical.orders where is_deleted
    union
    select 'order' as object, number as reference from canonical.orders where is_deleted
    union
    select 'order' as object, number as reference from canonical.invoices where is_deleted and order_id is null
),

-- As in int_reference_keys: ids of 18 characters without case, and by their first 15.
deleted_keys as (
    select object, case when length(reference) = 18 then upper(reference) else reference end as reference_key from deleted_records
    where reference is not null
    union
    select object, substr(reference, 1, 15) as reference_key from deleted_records
    where length(reference) = 18
),

nowhere as (
    select
        refs.object, refs.referrer_id, refs.name, refs.candidates, case when length(refs.name) = 18 then upper(refs.name) else refs.name end as reference_key
    from refs
    where refs.match_count = 0
),

lead_nowhere as (
    select
        case nowhere.object
            when 'account' then 'id_leads_nowhere'
            when 'erp_customer' then 'id_leads_nowhere'
            when 'opportunity' then 'deal_leads_nowhere'
            when 'order' then 'order_leads_nowhere'
            else 'line_leads_nowhere'
        end as kind,
        nowhere.referrer_id as subject_id,
        coalesce(customers.name, nowhere.referrer_id) as subject_name,
        nowhere.name as candidates,
        'It names ' || nowhere.name || case when deleted_keys.object is null then ', and there is no such record' else ', which is deleted: name the record that takes its place, or none' end
            || coalesce(': its number alone would be ' || nowhere.candidates || ', which is not taken for it', '') as explanation,
        customers.customer_id as customer_id
    from nowhere
    left join customers
        on nowhere.referrer_id = customers.customer_id
    left join deleted_keys
        on nowhere.object = deleted_keys.object
        and nowhere.reference_key = deleted_keys.reference_key
),

ambiguous as (
    select
        'ambiguous_reference' as kind, refs.referrer_id as subject_id, refs.referrer_id as subject_name, refs.candidates as candidates,
        'It names ' || refs.name || ', which fits ' || cast(refs.match_count as varchar) || ' records' as explanation, cast(null as varchar) as customer_id
    from refs
    where refs.match_count > 1
),

placed as (
    select
        links.source_customer_id, links.name, links.customer_id, links.role, links.source, places.legal_entity_id,
        coalesce(customers.currency, '') as currency
    from links
    inner join places
        on links.source_customer_id = places.customer_id
    inner join customers
        on links.source_customer_id = customers.customer_id
    where links.side = 'erp' and links.tier <> 'none'
),

firsts as (
    select customer_id, role, source, legal_entity_id, currency, min(source_customer_id) as source_customer_id
    from placed
    group by customer_id, role, source, legal_entity_id, currency
    having count(*) > 1
),

same_place as (
    select
        'second_customer_in_place' as kind, placed.source_customer_id as subject_id, placed.name as subject_name,
        firsts.source_customer_id as candidates,
        'The account has another ERP customer with the same role in the same legal entity and currency' as explanation,
        placed.customer_id as customer_id
    from placed
    inner join firsts
        on placed.customer_id = firsts.customer_id
        and placed.role = firsts.role
        and placed.source = firsts.source
        and placed.legal_entity_id = firsts.legal_entity_id
        and placed.currency = firsts.currency
    where placed.source_customer_id > firsts.source_customer_id
),

-- Two accounts merged into each other: both stay what they are.
merge_circles as (
    select
        'merge_circle' as kind, accounts.customer_id as subject_id, accounts.name as subject_name, accounts.merged_into_id as candidates,
        'The account is merged into one that is merged into it: neither is followed' as explanation, accounts.customer_id as customer_id
    from customers as accounts
    inner join intermediate.int_account_merges as merges
        on accounts.customer_id = merges.account_id
    where accounts.merged_into_id is not null and merges.survivor_id = accounts.customer_id
),

order_links as (
    select order_id, min(opportunity_id) as opportunity_id from intermediate.int_order_deals group by order_id
),

-- The order's own word counts; what a deal says of it beside is shown.
order_disagreements as (
    select
        'order_disagreement' as kind, refs.record_id as subject_id, refs.record_id as subject_name,
        order_links.opportunity_id || ', ' || refs.referrer_id as candidates,
        'The order names one deal, and another deal names the order' as explanation, cast(null as varchar) as customer_id
    from refs
    inner join order_links
        on refs.record_id = order_links.order_id
    where refs.object = 'order'
        and not exists (
            select 1 from intermediate.int_order_deals as links
            where links.order_id = refs.record_id and links.opportunity_id = refs.referrer_id
        )
),

document_lines as (
    select document_id, line_id, document, quantity, gross_amount, amount from intermediate.int_document_lines
    where (gross_amount > 0 and amount < 0) or (gross_amount < 0 and amount > 0) or (quantity = 0 and amount <> 0)
),

deal_lines as (
    select opportunity_id, opportunity_line_id, quantity, unit_price, amount from canonical.opportunity_lines
    where not is_deleted and kind = 'item'
        and ((quantity * unit_price > 0 and amount < 0) or (quantity * unit_price < 0 and amount > 0) or (quantity = 0 and amount <> 0))
),

-- Deleted in its system, and still in use.
used_customers as (
    select customer_id from deals
    union
    select customer_id from canonical.orders where not is_deleted
    union
    select customer_id from canonical.invoices where not is_deleted
),

deleted_customers as (
    select
        'deleted_customer' as kind, customers.customer_id as subject_id, customers.name as subject_name, cast(null as varchar) as candidates,
        'The customer is deleted, and deals or documents are of it' as explanation, customers.customer_id as customer_id
    from customers
    inner join used_customers
        on customers.customer_id = used_customers.customer_id
    where customers.is_deleted and customers.merged_into_id is null
),

lost_decisions as (
    select
        'decision_leads_nowhere' as kind, coalesce(decisions.erp_id, decisions.crm_id) as subject_id, coalesce(decisions.erp_id, decisions.crm_id) as subject_name,
        decisions.crm_id as candidates,
        'A person linked the deal ' || decisions.crm_id || ' with the order ' || decisions.erp_id || ', and one of them is not there' as explanation,
        cast(null as varchar) as customer_id
    from staging.stg_tieout__decisions as decisions
    left join canonical.opportunities as opportunities
        on decisions.crm_id = opportunities.opportunity_id and not opportunities.is_deleted
    left join intermediate.int_orders as orders
        on decisions.erp_id = orders.order_id
    where decisions.kind = 'order_link' and (opportunities.opportunity_id is null or orders.order_id is null)
),

impossible_rates as (
    select
        'impossible_rate' as kind, exchange_rate_id as subject_id, from_currency || ' to ' || to_currency || ' from ' || cast(start_date as varchar) as subject_name,
        cast(null as varchar) as candidates,
        'The rate is ' || coalesce(cast(rate as varchar), 'empty') || ': it counts as none, and the one before it holds' as explanation,
        cast(null as varchar) as customer_id
    from canonical.exchange_rates
    where not is_deleted and (rate is null or rate <= 0) and from_currency <> to_currency
),

impossible_lines as (
    select
        'impossible_line' as kind, document_id as subject_id, document_id as subject_name, line_id as candidates,
        case when quantity = 0 then 'The line has an amount for a quantity of 0: correct its quantity'
            else 'Quantity times price and amount of the line have different signs: correct the line' end as explanation,
        cast(null as varchar) as customer_id
    from document_lines
    union all
    select
        'impossible_line' as kind, opportunity_id as subject_id, opportunity_id as subject_name, opportunity_line_id as candidates,
        case when quantity = 0 then 'The line has an amount for a quantity of 0: correct its quantity'
            else 'Quantity times price and amount of the line have different signs: correct the line' end as explanation,
        cast(null as varchar) as customer_id
    from deal_lines
),

-- No figure has them.
without_amount as (
    select
        'won_without_amount' as kind, opportunities.opportunity_id as subject_id, coalesce(opportunities.name, opportunities.opportunity_id) as subject_name,
        cast(null as varchar) as candidates,
        'The deal is won and has no amount: it is in no booking, and what was invoiced of it is missing in the CRM' as explanation,
        opportunities.customer_id as customer_id
    from canonical.opportunities as opportunities
    cross join intermediate.int_settings as settings
    where opportunities.is_won and not opportunities.is_deleted and opportunities.amount is null
        and (settings.go_live is null or opportunities.close_date is null or opportunities.close_date >= settings.go_live)
),

ambiguous_lines as (
    select
        'ambiguous_line' as kind, targets.line_id as subject_id, lines.document_id as subject_name, targets.candidates as candidates,
        'Several lines of its deals have the product of the order line, and the configuration shares it over none: let the line name the one that is meant'
            as explanation,
        cast(null as varchar) as customer_id
    from intermediate.int_order_line_targets as targets
    inner join intermediate.int_document_lines as lines
        on targets.line_id = lines.line_id
    where targets.candidates is not null
),

problems as (
    select * from no_match_erp
    union all
    select * from no_match_crm
    union all
    select * from two_candidates
    union all
    select * from tax_candidates
    union all
    select * from disagreements
    union all
    select * from lead_nowhere
    union all
    select * from ambiguous
    union all
    select * from same_place
    union all
    select * from merge_circles
    union all
    select * from order_disagreements
    union all
    select * from lost_decisions
    union all
    select * from deleted_customers
    union all
    select * from impossible_rates
    union all
    select * from impossible_lines
    union all
    select * from ambiguous_lines
    union all
    select * from without_amount
),

named as (
    select problems.kind || ':' || problems.subject_id || coalesce(':' || problems.candidates, '') as exception_id, problems.*
    from problems
)

select * from named
