-- NetSuite's units of measure, with how many base units each is. One row per unit of a unit type.
-- key: unit_id
with units as (
    select * from staging.base_netsuite__units
),

renamed as (
    select
        units._connection || ':' || units._key as unit_id,
        units._connection as source,
        units._key as source_id,
        units._connection || ':' || units.unitstype as unit_group,
        units.unitname as unit,
        try_cast(units.conversionrate as decimal(18, 6)) as base_quantity
    from units
    where not units._deleted
)

select * from renamed
