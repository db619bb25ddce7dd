-- The company calendar. One row per period.
-- key: period_id
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__periods as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.period_id as period_id,
        cast(sets.start_date as date) as start_date,
        cast(sets.end_date as date) as end_date,
        extract(day from cast(sets.start_date as date)) = 1
            and extract(day from cast(cast(sets.end_date as date) + interval '1' day as date)) = 1
            and extract(month from cast(sets.start_date as date)) = extract(month from cast(sets.end_date as date)) as is_calendar_month,
        sets.fiscal_year as fiscal_year,
        cast(sets.fiscal_quarter as integer) as fiscal_quarter,
        cast(sets.period_number as integer) as period_number,
        cast(replace(replace(sets.starts_at, 'T', ' '), 'Z', '') as timestamp) as starts_at,
        cast(replace(replace(sets.ends_at, 'T', ' '), 'Z', '') as timestamp) as ends_at
    from raw.tieout__periods as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
