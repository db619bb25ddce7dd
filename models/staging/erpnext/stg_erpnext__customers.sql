-- ERPNext customers with their primary address. A credit limit is given only where there is one, as each is in its company's currency.
-- One row per customer.
-- key: customer_id
with customers as (
    select * from staging.base_erpnext__customers
),

addresses as (
    select * from staging.base_erpnext__addresses
    where not _deleted
),

countries as (
    select * from staging.base_erpnext__countries
),

credit_limits as (
    select _connection, parent, min(credit_limit) as credit_limit
    from staging.base_erpnext__customer_credit_limits
    where not _deleted
    group by _connection, parent
    having count(*) = 1
),

renamed as (
    select
        customers._connection || ':' || customers.name as customer_id,
        customers._connection as source,
        customers.name as source_id,
        nullif(trim(customers.crm_account_id), '') as other_reference,
        customers.name as number,
        customers.customer_name as name,
        'customer' as kind,
        lower(customers.role) as role,
        cast(null as varchar) as legal_entity_reference,
        nullif(customers.default_currency, '') as currency,
        nullif(trim(customers.tax_id), '') as tax_number,
        coalesce(nullif(customers.email_id, ''), addresses.email_id) as email,
        customers.website as website,
        coalesce(nullif(customers.mobile_no, ''), addresses.phone) as phone,
        trim(addresses.address_line1 || ' ' || coalesce(addresses.address_line2, '')) as street,
        addresses.city as city,
        addresses.state as state,
        addresses.pincode as postal_code,
        upper(countries.code) as country,
        cast(null as varchar) as parent_id,
        customers._connection || ':' || nullif(customers.account_manager, '') as owner_id,
        coalesce(nullif(customers.segment, ''), customers.customer_group) as segment,
        customers.payment_terms as payment_terms,
        coalesce(cast(try_cast(credit_limits.credit_limit as decimal(18, 4)) as decimal(38, 4)), try_cast(credit_limits.credit_limit as decimal(38, 4))) as credit_limit_amount,
        cast(null as varchar) as merged_into_id,
        coalesce(customers.disabled <> '1', true) as is_active,
        cast(null as date) as last_activity_date,
        try_cast(substr(customers.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(customers.modified, 1, 19) as timestamp) as modified_at,
        customers._deleted as is_deleted
    from customers
    left join addresses
        on customers._connection = addresses._connection
        and customers.customer_primary_address = addresses.name
    left join countries
        on addresses._connection = countries._connection
        and addresses.country = countries.name
    left join credit_limits
        on customers._connection = credit_limits._connection
        and customers.name = credit_limits.parent
)

select * from renamed
