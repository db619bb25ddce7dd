-- Oracle's units of measure by class: how many base units of its class one is. One row per unit.
-- key: unit_id
with units as (
    select * from staging.base_oracle__units
    where not _deleted
),

renamed as (
    select
        units._connection || ':' || units.uomcode as unit_id,
        units._connection as source,
        units.uomcode as source_id,
        units._connection || ':' || units.class_code as unit_group,
        units.unit_of_measure as unit,
        coalesce(try_cast(units.standard_conversion as decimal(18, 6)), case when units.base_unit_flag = 'true' then cast(1 as decimal(18, 6)) end)
            as base_quantity
    from units
)

select * from renamed
