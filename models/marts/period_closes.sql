-- When each legal entity's period ends, in its own time zone, and until when it is to be closed by its own working days. One row per period and
-- legal entity.
-- key: period_id, legal_entity
-- owner: finance
with closes as (
    select * from staging.stg_tieout__period_closes
),

started as (
    select * from marts.periods
),

as_of as (
    select extracted_until from raw.as_of
),

listed as (
    select
        closes.period_id as period_id,
        closes.legal_entity as legal_entity,
        started.start_date as start_date,
        started.end_date as end_date,
        closes.time_zone as time_zone,
        closes.ends_at as ends_at,
        as_of.extracted_until >= closes.ends_at as has_ended,
        closes.due_date as due_date
    from closes
    cross join as_of
    inner join started
        on closes.period_id = started.period_id
)

select * from listed
