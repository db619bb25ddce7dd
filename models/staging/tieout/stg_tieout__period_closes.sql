-- When each legal entity's periods end, in its own time zone, and until when they are to be closed. One row per period and legal entity.
-- key: period_id, legal_entity
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__period_closes as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.period_id as period_id,
        sets.legal_entity as legal_entity,
        sets.time_zone as time_zone,
        cast(replace(replace(sets.ends_at, 'T', ' '), 'Z', '') as timestamp) as ends_at,
        cast(sets.due_date as date) as due_date,
        cast(replace(replace(sets.starts_at, 'T', ' '), 'Z', '') as timestamp) as starts_at
    from raw.tieout__period_closes as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
    where sets.period_id is not null
)

select * from in_force
