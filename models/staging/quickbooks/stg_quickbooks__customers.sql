-- QuickBooks customers, sub-customers and projects among them (their parent is named), with the address that invoices go to. A customer type may
-- say the role. Tax numbers that QuickBooks masks are none. The name of an inactive one is what it was before QuickBooks wrote (deleted) behind it.
-- One row per customer.
-- key: customer_id
with customers as (
    select * from staging.base_quickbooks__customers
),

countries as (
    select * from staging.stg_tieout__country_names
),

terms as (
    select * from staging.base_quickbooks__terms
),

companies as (
    select * from staging.base_quickbooks__companies
),

roles as (
    select base._connection, base.id, replace(replace(lower(trim(base.name)), '-', '_'), ' ', '_') as role
    from staging.base_quickbooks__customer_types as base
    where replace(replace(lower(trim(base.name)), '-', '_'), ' ', '_') in ('sold_to', 'bill_to', 'ship_to', 'parent')
),

renamed as (
    select
        customers._connection || ':' || customers.id as customer_id,
        customers._connection as source,
        customers.id as source_id,
        nullif(trim(customers.crm_id), '') as other_reference,
        nullif(trim(customers.customer_number), '') as number,
        coalesce(
            nullif(trim(customers.company_name), ''),
            case when customers.active = 'false' and customers.display_name like '% (deleted%)' then substr(customers.display_name, 1, length(customers.display_name) - strpos(reverse(customers.display_name), 'deteled( ') - 8) else customers.display_name end
        ) as name,
        'customer' as kind,
        roles.role as role,
        cast(null as varchar) as legal_entity_reference,
        coalesce(customers.currency_code, companies.home_currency) as currency,
        coalesce(
            nullif(trim(customers.tax_number), ''),
            nullif(trim(customers.business_number), ''),
            nullif(trim(customers.gstin), ''),
            case when upper(customers.primary_tax_identifier) like '%XX%' then null else nullif(trim(customers.primary_tax_identifier), '') end
        ) as tax_number,
        nullif(trim(customers.email), '') as email,
        nullif(trim(customers.website), '') as website,
        nullif(trim(customers.phone), '') as phone,
        nullif(trim(coalesce(customers.bill_line1, '') || ' ' || coalesce(customers.bill_line2, '')), '') as street,
        nullif(trim(customers.bill_city), '') as city,
        nullif(trim(customers.bill_state), '') as state,
        nullif(trim(customers.bill_postal_code), '') as postal_code,
        case when length(trim(customers.bill_country)) = 2 then upper(trim(customers.bill_country)) else countries.code end as country,
        customers._connection || ':' || nullif(trim(customers.parent_id), '') as parent_id,
        cast(null as varchar) as owner_id,
        cast(null as varchar) as segment,
        terms.name as payment_terms,
        coalesce(cast(try_cast(customers.credit_limit as decimal(18, 4)) as decimal(38, 4)), try_cast(customers.credit_limit as decimal(38, 4))) as credit_limit_amount,
        cast(null as varchar) as merged_into_id,
        coalesce(customers.active = 'true', true) as is_active,
        cast(null as date) as last_activity_date,
        try_cast(substr(customers.create_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(customers.last_updated_time, 1, 19) as timestamp) as modified_at,
        customers._deleted as is_deleted
    from customers
    left join countries
        on lower(trim(customers.bill_country)) = countries.name
    left join terms
        on customers._connection = terms._connection
        and customers.sales_term_id = terms.id
    left join companies
        on customers._connection = companies._connection
    left join roles
        on customers._connection = roles._connection
        and customers.customer_type_id = roles.id
)

select * from renamed
