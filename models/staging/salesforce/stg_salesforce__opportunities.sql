-- Salesforce opportunities. One that names no legal entity takes its account's, and without an account the connection's. Where the configuration names
-- another field for the amount or the date, that one alone counts. One row per opportunity.
-- key: opportunity_id
with opportunities as (
    select * from staging.base_salesforce__opportunities
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        opportunities._connection || ':' || opportunities.id as opportunity_id,
        opportunities._connection as source,
        opportunities.id as source_id,
        nullif(trim(opportunities.erp_order_number), '') as erp_reference,
        opportunities._connection || ':' || opportunities.account_id as customer_id,
        opportunities.name as name,
        opportunities.stage_name as stage,
        coalesce(opportunities.is_closed = 'true', false) as is_closed,
        coalesce(opportunities.is_won = 'true', false) as is_won,
        case
            when connections.booked_amount_field is not null then coalesce(cast(try_cast(opportunities.booked_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(opportunities.booked_amount as decimal(38, 4)))
            else coalesce(cast(try_cast(opportunities.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(opportunities.amount as decimal(38, 4)))
        end as amount,
        coalesce(opportunities.currency_iso_code, connections.currency) as currency,
        try_cast(substr(case when connections.booked_on_field is not null then opportunities.booked_on else opportunities.close_date end, 1, 10) as date)
            as close_date,
        lower(opportunities.type) as kind,
        lower(opportunities.channel) as channel,
        try_cast(opportunities.probability as decimal(18, 10)) as probability_percent,
        coalesce(
            nullif(opportunities.legal_entity, ''), case when opportunities.account_id is null then connections.legal_entity end
        ) as legal_entity_reference,
        opportunities._connection || ':' || opportunities.owner_id as owner_id,
        cast(null as varchar) as merged_into_id,
        try_cast(replace(substr(opportunities.created_date, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(opportunities.last_modified_date, 1, 19), 'T', ' ') as timestamp) as modified_at,
        (opportunities._deleted or coalesce(opportunities.is_deleted = 'true', false)) as is_deleted
    from opportunities
    left join connections
        on opportunities._connection = connections.connection
)

select * from renamed
