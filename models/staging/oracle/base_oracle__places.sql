-- The business units of Oracle, each with its legal entity and the currency of its ledger; a unit that names no legal entity has the only one
-- of its ledger. One row per business unit.
-- key: source, business_unit_id
with business_units as (
    select * from staging.base_oracle__business_units
    where not _deleted
),

ledgers as (
    select * from staging.base_oracle__ledgers
    where not _deleted
),

ledger_entities as (
    select _connection, primary_ledger_id, min(legal_entity_id) as legal_entity_id
    from business_units
    where legal_entity_id is not null
    group by _connection, primary_ledger_id
    having count(distinct legal_entity_id) = 1
),

renamed as (
    select
        business_units._connection as source,
        business_units.business_unit_id as business_unit_id,
        business_units.business_unit_name as business_unit_name,
        business_units._connection || ':' || coalesce(business_units.legal_entity_id, ledger_entities.legal_entity_id) as legal_entity_id,
        ledgers.name as ledger_name,
        ledgers.currency_code as currency
    from business_units
    left join ledgers
        on business_units._connection = ledgers._connection
        and business_units.primary_ledger_id = ledgers.ledger_id
    left join ledger_entities
        on business_units._connection = ledger_entities._connection
        and business_units.primary_ledger_id = ledger_entities.primary_ledger_id
)

select * from renamed
