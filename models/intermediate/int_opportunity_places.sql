-- Where each opportunity lies, won or not: the period of its close date, the surviving account, the company's legal entity (its own, else its
-- account's), and its own alone. One row per opportunity.
-- key: opportunity_id
with opportunities as (
    select * from canonical.opportunities
),

accounts as (
    select * from canonical.customers
),

survivors as (
    select * from intermediate.int_account_survivors
),

entity_codes as (
    select * from staging.stg_tieout__legal_entity_codes
),

periods as (
    select * from staging.stg_tieout__periods
),

placed as (
    select
        opportunities.opportunity_id as opportunity_id,
        coalesce(periods.period_id, '(none)') as period_id,
        coalesce(survivors.survivor_id, opportunities.customer_id, '(none)') as customer_id,
        coalesce(deal_codes.legal_entity, account_codes.legal_entity, '(none)') as legal_entity,
        coalesce(deal_codes.legal_entity, '(none)') as own_legal_entity
    from opportunities
    left join survivors
        on opportunities.customer_id = survivors.account_id
    left join accounts
        on opportunities.customer_id = accounts.customer_id
    left join entity_codes as deal_codes
        on opportunities.source = deal_codes.connection
        and opportunities.legal_entity_reference = deal_codes.reference
    left join entity_codes as account_codes
        on accounts.source = account_codes.connection
        and accounts.legal_entity_reference = account_codes.reference
    left join periods
        on opportunities.close_date between periods.start_date and periods.end_date
)

select * from placed
