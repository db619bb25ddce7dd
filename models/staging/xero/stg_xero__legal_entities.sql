-- Xero organisations: one tenant is one legal entity. One row per organisation.
-- key: legal_entity_id
with organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

renamed as (
    select
        organisations._connection || ':' || organisations.organisation_id as legal_entity_id,
        organisations._connection as source,
        organisations.organisation_id as source_id,
        coalesce(organisations.name, organisations.legal_name) as name,
        organisations.base_currency as currency,
        upper(organisations.country_code) as country,
        cast(null as varchar) as parent_id,
        false as is_elimination,
        coalesce(organisations.organisation_status = 'ACTIVE', true) as is_active
    from organisations
)

select * from renamed
