-- The company codes of SAP customers. One row per customer and company code.
-- key: customer_legal_entity_id
with companies as (
    select * from staging.base_sap__customer_companies
),

partners as (
    select * from staging.base_sap__business_partners
),

placed as (
    select
        companies.*,
        coalesce(cast(try_cast(partners.customer as bigint) as varchar), partners.customer) as customer,
        row_number() over (partition by companies._connection, companies._parent order by companies.company_code) as place,
        companies._deleted or partners._deleted or coalesce(companies.deletion_indicator = 'true', false) as is_gone
    from companies
    inner join partners
        on companies._connection = partners._connection
        and companies._parent = partners._key
),

renamed as (
    select
        placed._connection || ':' || placed._key as customer_legal_entity_id,
        placed._connection as source,
        placed._key as source_id,
        placed._connection || ':' || placed.customer as customer_id,
        placed._connection || ':' || placed.company_code as legal_entity_id,
        placed.place = 1 as is_primary,
        placed.is_gone as is_deleted
    from placed
)

select * from renamed
