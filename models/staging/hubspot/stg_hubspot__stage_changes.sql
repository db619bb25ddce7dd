-- The stages that HubSpot deals have had, as far as HubSpot keeps them (the last twenty), with amount and close date as they were then. One row per
-- change of stage.
-- key: stage_change_id
with changes as (
    select
        changes._connection, changes._key, changes.deal_id, changes.stage, changes.updated_by_user_id,
        try_cast(replace(substr(changes.changed_at, 1, 19), 'T', ' ') as timestamp) as changed_at
    from staging.base_hubspot__stage_changes as changes
    where not changes._deleted
),

amounts as (
    select
        changes._connection, changes._key,
        coalesce(cast(try_cast(amounts.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(amounts.amount as decimal(38, 4))) as amount,
        row_number() over (
            partition by changes._connection, changes._key
            order by amounts.changed_at desc
        ) as place
    from changes
    inner join staging.base_hubspot__amount_changes as amounts
        on changes._connection = amounts._connection
        and changes.deal_id = amounts.deal_id
        and try_cast(replace(substr(amounts.changed_at, 1, 19), 'T', ' ') as timestamp) <= changes.changed_at
    where not amounts._deleted
),

close_dates as (
    select
        changes._connection, changes._key,
        try_cast(substr(close_dates.close_date, 1, 10) as date) as close_date,
        row_number() over (
            partition by changes._connection, changes._key
            order by close_dates.changed_at desc
        ) as place
    from changes
    inner join staging.base_hubspot__close_date_changes as close_dates
        on changes._connection = close_dates._connection
        and changes.deal_id = close_dates.deal_id
        and try_cast(replace(substr(close_dates.changed_at, 1, 19), 'T', ' ') as timestamp) <= changes.changed_at
    where not close_dates._deleted
),

stages as (
    select
        stages._connection, stages.id,
        max(stages.label) as label,
        max(case when stages.is_closed = 'true' and try_cast(stages.probability as decimal(18, 10)) = 1 then 1 else 0 end) as won
    from staging.base_hubspot__stages as stages
    group by stages._connection, stages.id
),

owners as (
    select owners._connection, owners.user_id_including_inactive as user_id, max(owners.id) as owner_id
    from staging.base_hubspot__owners as owners
    where owners.user_id_including_inactive is not null
    group by owners._connection, owners.user_id_including_inactive
),

deals as (
    select * from staging.base_hubspot__deals
),

company_currencies as (
    select * from staging.base_hubspot__own_currencies
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        changes._connection || ':' || changes._key as stage_change_id,
        changes._connection as source,
        changes._key as source_id,
        changes._connection || ':' || changes.deal_id as opportunity_id,
        coalesce(stages.label, changes.stage) as stage,
        coalesce(stages.won = 1, false) as is_won,
        case when connections.booked_amount_field is null then amounts.amount end as amount,
        coalesce(deals.currency, company_currencies.currency) as currency,
        case when connections.booked_on_field is null then close_dates.close_date end as close_date,
        changes.changed_at as changed_at,
        changes._connection || ':' || owners.owner_id as changed_by_id
    from changes
    left join amounts
        on changes._connection = amounts._connection
        and changes._key = amounts._key
        and amounts.place = 1
    left join close_dates
        on changes._connection = close_dates._connection
        and changes._key = close_dates._key
        and close_dates.place = 1
    left join stages
        on changes._connection = stages._connection
        and changes.stage = stages.id
    left join owners
        on changes._connection = owners._connection
        and changes.updated_by_user_id = owners.user_id
    left join deals
        on changes._connection = deals._connection
        and changes.deal_id = deals.hs_object_id
    left join company_currencies
        on changes._connection = company_currencies._connection
    left join connections
        on changes._connection = connections.connection
)

select * from renamed
