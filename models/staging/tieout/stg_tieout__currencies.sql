-- ISO 4217 currencies. One row per currency.
-- key: currency
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__currencies as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.currency as currency,
        cast(sets.minor_digits as integer) as minor_digits
    from raw.tieout__currencies as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
