-- ERPNext companies. One row per company.
-- key: legal_entity_id
with companies as (
    select * from staging.base_erpnext__companies
    where not _deleted
),

countries as (
    select * from staging.base_erpnext__countries
),

renamed as (
    select
        companies._connection || ':' || companies.name as legal_entity_id,
        companies._connection as source,
        companies.name as source_id,
        companies.company_name as name,
        companies.default_currency as currency,
        upper(countries.code) as country,
        companies._connection || ':' || nullif(companies.parent_company, '') as parent_id,
        false as is_elimination,
        true as is_active
    from companies
    left join countries
        on companies._connection = countries._connection
        and companies.country = countries.name
)

select * from renamed
