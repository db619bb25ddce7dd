-- What the two systems are meant to share. One row per rule and value.
-- key: rule, value
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__scope as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.rule as rule,
        sets.value as value,
        sets.currency as currency
    from raw.tieout__scope as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
