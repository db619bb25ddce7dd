-- NetSuite customers with their billing address. One row per customer.
-- key: customer_id
with customers as (
    select * from staging.base_netsuite__customers
),

addresses as (
    select * from staging.base_netsuite__customer_addresses
),

currencies as (
    select * from staging.base_netsuite__currencies
),

editions as (
    select * from staging.base_netsuite__editions
),

renamed as (
    select
        customers._connection || ':' || customers.id as customer_id,
        customers._connection as source,
        customers.id as source_id,
        coalesce(nullif(trim(customers.crm_id), ''), nullif(trim(customers.externalid), '')) as other_reference,
        customers.entityid as number,
        coalesce(customers.companyname, customers.altname) as name,
        lower(customers.searchstage) as kind,
        lower(customers.role) as role,
        cast(null as varchar) as legal_entity_reference,
        case when customers.currency is null then editions.currency else currencies.symbol end as currency,
        nullif(trim(customers.vatregnumber), '') as tax_number,
        customers.email as email,
        customers.url as website,
        customers.phone as phone,
        addresses.addr1 as street,
        addresses.city as city,
        addresses.state as state,
        addresses.zip as postal_code,
        upper(addresses.country) as country,
        customers._connection || ':' || customers.parent as parent_id,
        customers._connection || ':' || customers.salesrep as owner_id,
        customers.segment as segment,
        customers.terms as payment_terms,
        coalesce(cast(try_cast(customers.creditlimit as decimal(18, 4)) as decimal(38, 4)), try_cast(customers.creditlimit as decimal(38, 4))) as credit_limit_amount,
        cast(null as varchar) as merged_into_id,
        coalesce(customers.isinactive = 'F', true) as is_active,
        cast(null as date) as last_activity_date,
        try_cast(substr(customers.datecreated, 1, 19) as timestamp) as created_at,
        try_cast(substr(customers.lastmodifieddate, 1, 19) as timestamp) as modified_at,
        customers._deleted as is_deleted
    from customers
    left join addresses
        on customers._connection = addresses._connection
        and customers.defaultbillingaddress = addresses.nkey
    left join currencies
        on customers._connection = currencies._connection
        and customers.currency = currencies.id
    left join editions
        on customers._connection = editions.connection
)

select * from renamed
