-- Salesforce opportunity history: each time the stage, the amount or the close date changed. Of a field that the configuration names in place of these
-- there is no history. One row per change.
-- key: stage_change_id
with changes as (
    select * from staging.base_salesforce__stage_changes
    where not _deleted
),

stages as (
    select * from staging.base_salesforce__stages
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        changes._connection || ':' || changes.id as stage_change_id,
        changes._connection as source,
        changes.id as source_id,
        changes._connection || ':' || changes.opportunity_id as opportunity_id,
        changes.stage_name as stage,
        coalesce(stages.is_won = 'true', false) as is_won,
        case
            when connections.booked_amount_field is null
                then coalesce(cast(try_cast(changes.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(changes.amount as decimal(38, 4)))
        end as amount,
        coalesce(changes.currency_iso_code, connections.currency) as currency,
        case when connections.booked_on_field is null then try_cast(substr(changes.close_date, 1, 10) as date) end as close_date,
        try_cast(replace(substr(changes.created_date, 1, 19), 'T', ' ') as timestamp) as changed_at,
        changes._connection || ':' || changes.created_by_id as changed_by_id
    from changes
    left join stages
        on changes._connection = stages._connection
        and changes.stage_name = stages.api_name
    left join connections
        on changes._connection = connections.connection
)

select * from renamed
