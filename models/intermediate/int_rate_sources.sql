-- Whose table of rates each system goes by: its own before those of the others, which come in the order of the configuration (what has no rates
-- itself after what has). The company as a whole ('(company)': what is shown in the reporting currency, whichever system it is from) goes by that
-- order alone. One row per role, system and system that has a table.
-- key: role, system, source
with connections as (
    select connection, coalesce(place, 0) as place from staging.stg_tieout__connections
),

sources as (
    select
        case when kind = 'crm' then 'crm' else 'erp' end as role, source,
        max(case when rates_of = source then 1 else 0 end) as has_own_rates
    from intermediate.int_exchange_rates
    group by case when kind = 'crm' then 'crm' else 'erp' end, source
),

systems as (
    select connection as system from connections
    union
    select distinct source as system from sources
    union
    select '(company)' as system from intermediate.int_settings
),

ranked as (
    select
        sources.role as role,
        systems.system as system,
        sources.source as source,
        row_number() over (
            partition by sources.role, systems.system
            order by
                case when systems.system = sources.source then 0 else 1 end, sources.has_own_rates desc, coalesce(connections.place, 0),
                sources.source
        ) as preference
    from systems
    cross join sources
    left join connections
        on sources.source = connections.connection
)

select * from ranked
