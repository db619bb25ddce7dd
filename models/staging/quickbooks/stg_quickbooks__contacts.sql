-- The person whose name stands on a QuickBooks customer that is a company. One row per person.
-- key: contact_id
with customers as (
    select * from staging.base_quickbooks__customers
    where coalesce(nullif(trim(given_name), ''), nullif(trim(family_name), '')) is not null
        and nullif(trim(company_name), '') is not null
),

renamed as (
    select
        customers._connection || ':' || customers.id || ':first' as contact_id,
        customers._connection as source,
        customers.id || ':first' as source_id,
        customers._connection || ':' || customers.id as customer_id,
        trim(coalesce(customers.given_name, '') || ' ' || coalesce(customers.family_name, '')) as name,
        nullif(trim(customers.email), '') as email,
        nullif(trim(customers.title), '') as title,
        try_cast(substr(customers.create_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(customers.last_updated_time, 1, 19) as timestamp) as modified_at,
        customers._deleted as is_deleted
    from customers
)

select * from renamed
