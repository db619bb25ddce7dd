-- Which system owns each shared field, and what difference is tolerated. One row per entity and field.
-- key: entity, field
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__field_owners as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.entity as entity,
        sets.field as field,
        sets.owner as owner,
        sets.tolerance as tolerance
    from raw.tieout__field_owners as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force
