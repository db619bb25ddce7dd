-- The address that opens a record of one kind, where a system has another one for each. One row per connection and kind of record.
-- key: connection, object
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__record_links as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select sets.connection as connection, sets.object as object, sets.url as url
    from raw.tieout__record_links as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
    where sets.connection is not null
)

select * from in_force
