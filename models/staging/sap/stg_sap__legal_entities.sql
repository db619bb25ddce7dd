-- SAP company codes. One row per company code.
-- key: legal_entity_id
with company_codes as (
    select * from staging.base_sap__company_codes
    where not _deleted
),

renamed as (
    select
        company_codes._connection || ':' || company_codes.company_code as legal_entity_id,
        company_codes._connection as source,
        company_codes.company_code as source_id,
        company_codes.company_code_name as name,
        company_codes.currency as currency,
        company_codes.country as country,
        cast(null as varchar) as parent_id,
        false as is_elimination,
        true as is_active
    from company_codes
)

select * from renamed
