-- The units of SAP products: numerator over denominator base units are one of it. One row per product and unit.
-- key: unit_id
with product_units as (
    select * from staging.base_sap__product_units
    where not _deleted
),

unit_names as (
    select * from staging.base_sap__unit_names
),

typed as (
    select
        product_units.*,
        try_cast(product_units.quantity_numerator as decimal(18, 6)) as numerator,
        coalesce(try_cast(product_units.quantity_denominator as decimal(18, 6)), 1) as denominator
    from product_units
),

renamed as (
    select
        typed._connection || ':' || typed._key as unit_id,
        typed._connection as source,
        typed._key as source_id,
        typed._connection || ':' || typed._parent as unit_group,
        coalesce(unit_names.unit_name, typed.alternative_unit) as unit,
        case
            when typed.denominator = 1 then typed.numerator
            else cast(round(typed.numerator * cast(cast(1 as double) / cast(nullif(typed.denominator, 0) as double) as decimal(38, 15)), 6) as decimal(18, 6))
        end as base_quantity
    from typed
    left join unit_names
        on typed._connection = unit_names._connection
        and typed.alternative_unit = unit_names.unit
)

select * from renamed
