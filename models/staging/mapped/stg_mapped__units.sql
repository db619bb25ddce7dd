-- Units of measure of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per unit of a unit group.
-- key: unit_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__units as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1 and not _deleted
),

renamed as (
    select
        records._connection || ':' || records.unit_id as unit_id,
        records._connection as source,
        records.unit_id as source_id,
        records.unit_group as unit_group,
        records.unit as unit,
        try_cast(records.base_quantity as decimal(18, 6)) as base_quantity
    from records
)

select * from renamed
