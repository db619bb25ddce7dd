-- HubSpot deals. Where the configuration names another property for the amount or the date, that one alone counts. The customer is the primary company of the deal, else the one linked first. The close date is the day of its moment on the account's
-- clock. A deal that names no currency is in the account's; one that names no legal entity takes its company's, and without a company the connection's.
-- A merged deal is gone, and the one that lives on lists its id: it keeps a row of its own, also when it was merged before it was ever read (of one deal,
-- up to 30). One row per deal.
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
    select * from staging.base_hubspot__own_currencies
),

connections as (
    select * from staging.stg_tieout__connections
),

places as (
    select numbers.place from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24), (25), (26), (27), (28), (29), (30)) as numbers (place)
),

merged_ids as (
    select
        deals._connection,
        trim(nullif(split_part(deals.hs_merged_object_ids, ';', places.place), '')) as merged_id,
        deals.hs_object_id as survivor_id
    from deals
    cross join places
    where deals.hs_merged_object_ids is not null and not deals._deleted
),

merges as (
    select merged_ids._connection, merged_ids.merged_id, max(merged_ids.survivor_id) as survivor_id
    from merged_ids
    where merged_ids.merged_id is not null and merged_ids.merged_id <> merged_ids.survivor_id
    group by merged_ids._connection, merged_ids.merged_id
),

never_read as (
    select merges._connection, merges.merged_id, merges.survivor_id
    from merges
    left join deals
        on merges._connection = deals._connection
        and merges.merged_id = deals.hs_object_id
    where deals.hs_object_id is null
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
        case
            when connections.booked_amount_field is not null then coalesce(cast(try_cast(deals.booked_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(deals.booked_amount as decimal(38, 4)))
            else coalesce(cast(try_cast(deals.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(deals.amount as decimal(38, 4)))
        end as amount,
        coalesce(deals.currency, company_currencies.currency) as currency,
        try_cast(substr(case when connections.booked_on_field is not null then deals.booked_on else deals.close_date end, 1, 10) as date)
            as close_date,
        lower(deals.dealtype) as kind,
        lower(deals.channel) as channel,
        cast(cast(try_cast(deals.hs_deal_stage_probability as decimal(18, 10)) as decimal(38, 10)) * 100 as decimal(18, 10)) as probability_percent,
        coalesce(
            deals.legal_entity, case when owning_companies.company_id is null then connections.legal_entity end
        ) as legal_entity_reference,
        deals._connection || ':' || deals.hubspot_owner_id as owner_id,
        deals._connection || ':' || merges.survivor_id as merged_into_id,
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
    left join connections
        on deals._connection = connections.connection
    left join merges
        on deals._connection = merges._connection
        and deals.hs_object_id = merges.merged_id
    union all
    select
        never_read._connection || ':' || never_read.merged_id as opportunity_id,
        never_read._connection as source,
        never_read.merged_id as source_id,
        cast(null as varchar) as erp_reference,
        cast(null as varchar) as customer_id,
        deals.dealname as name,
        cast(null as varchar) as stage,
        false as is_closed,
        false as is_won,
        cast(null as decimal(38, 4)) as amount,
        cast(null as varchar) as currency,
        cast(null as date) as close_date,
        cast(null as varchar) as kind,
        cast(null as varchar) as channel,
        cast(null as decimal(18, 10)) as probability_percent,
        cast(null as varchar) as legal_entity_reference,
        cast(null as varchar) as owner_id,
        never_read._connection || ':' || never_read.survivor_id as merged_into_id,
        try_cast(replace(substr(deals.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(deals.hs_lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        true as is_deleted
    from never_read
    inner join deals
        on never_read._connection = deals._connection
        and never_read.survivor_id = deals.hs_object_id
)

select * from renamed
