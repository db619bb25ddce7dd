-- The company's settings. One row per setting.
-- key: name
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__settings as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.name as name,
        sets.value as value
    from raw.tieout__settings as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
