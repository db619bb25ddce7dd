-- What each system calls each legal entity of the company. One row per connection and reference.
-- key: connection, reference
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__legal_entities as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.legal_entity as legal_entity,
        sets.connection as connection,
        sets.reference as reference
    from raw.tieout__legal_entities as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
