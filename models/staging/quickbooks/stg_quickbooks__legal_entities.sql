-- QuickBooks companies: one realm is one legal entity. One row per company.
-- key: legal_entity_id
with companies as (
    select * from staging.base_quickbooks__companies
),

countries as (
    select * from staging.stg_tieout__country_names
),

renamed as (
    select
        companies.legal_entity_id as legal_entity_id,
        companies._connection as source,
        companies.company_id as source_id,
        companies.name as name,
        companies.home_currency as currency,
        case when length(trim(companies.country)) = 2 then upper(trim(companies.country)) else countries.code end as country,
        cast(null as varchar) as parent_id,
        false as is_elimination,
        true as is_active
    from companies
    left join countries
        on lower(trim(companies.country)) = countries.name
)

select * from renamed
