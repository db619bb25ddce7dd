-- What SAP's units of measure are called. One row per unit.
-- key: _connection, unit
with units as (
    select * from staging.base_sap__units
    where not _deleted
),

named as (
    select _connection, unit_of_measure as unit, max(nullif(unit_of_measure_long_name, '')) as unit_name
    from units
    group by _connection, unit_of_measure
)

select * from named
