-- HubSpot deals. The customer is the primary company of the deal, else the one linked first. The close date is the day of its moment on the account's
-- clock. An account with one currency writes none on its deals: it is the one into which its rates lead. One row per deal.
-- key: opportunity_id
with deals as (
    select * from staging.base_hubspot__deals
),

links as (
    select
        links._connection, links.deal_id, links.company_id,
        row_number() over (
            partition by links._connection, links.deal_id
            order by
                case when links.category = 'HUBSPOT_DEFINED' and links.type_id = '5' then 1 else 2 end,
                length(links.company_id), links.company_id
        ) as place
    from staging.base_hubspot__deal_company_links as links
    where not links._deleted
),

owning_companies as (
    select * from links where place = 1
),

stages as (
    select stages._connection, stages.pipeline_id, stages.id, stages.label, stages.is_closed, stages.probability
    from staging.base_hubspot__stages as stages
),

company_currencies as (
    select rates._connection, min(rates.to_currency_code) as currency
    from staging.base_hubspot__exchange_rates as rates
    where not rates._deleted
    group by rates._connection
),

renamed as (
    select
        deals._connection || ':' || deals.hs_object_id as opportunity_id,
        deals._connection as source,
        deals.hs_object_id as source_id,
        nullif(trim(deals.erp_order_number), '') as erp_reference,
        deals._connection || ':' || owning_companies.company_id as customer_id,
        deals.dealname as name,
        coalesce(stages.label, deals.dealstage) as stage,
        coalesce(deals.hs_is_closed = 'true', stages.is_closed = 'true', false) as is_closed,
        coalesce(
            deals.hs_is_closed_won = 'true',
            stages.is_closed = 'true' and try_cast(stages.probability as decimal(18, 10)) = 1, false
        ) as is_won,
        coalesce(cast(try_cast(deals.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(deals.amount as decimal(38, 4))) as amount,
        coalesce(deals.currency, company_currencies.currency) as currency,
        try_cast(substr(deals.close_date, 1, 10) as date) as close_date,
        lower(deals.dealtype) as kind,
        lower(deals.channel) as channel,
        cast(cast(try_cast(deals.hs_deal_stage_probability as decimal(18, 10)) as decimal(38, 10)) * 100 as decimal(18, 10)) as probability_percent,
        deals.legal_entity as legal_entity_reference,
        deals._connection || ':' || deals.hubspot_owner_id as owner_id,
        try_cast(replace(substr(deals.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(deals.hs_lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        deals._deleted as is_deleted
    from deals
    left join owning_companies
        on deals._connection = owning_companies._connection
        and deals.hs_object_id = owning_companies.deal_id
    left join stages
        on deals._connection = stages._connection
        and deals.pipeline = stages.pipeline_id
        and deals.dealstage = stages.id
    left join company_currencies
        on deals._connection = company_currencies._connection
)

select * from renamed
