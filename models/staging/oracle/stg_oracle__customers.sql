-- Oracle customer accounts, each with the organization that it belongs to and its primary address. One row per customer account.
-- key: customer_id
with customers as (
    select * from staging.base_oracle__customers
),

parties as (
    select * from staging.base_oracle__parties
    where not _deleted
),

ranked_addresses as (
    select
        addresses.*,
        row_number() over (
            partition by addresses._connection, addresses._parent
            order by case when addresses.primary_flag = 'true' then 0 else 1 end, addresses.address_id
        ) as place
    from staging.base_oracle__party_addresses as addresses
    where not addresses._deleted
),

addresses as (
    select * from ranked_addresses where place = 1
),

renamed as (
    select
        customers._connection || ':' || customers.account_id as customer_id,
        customers._connection as source,
        customers.account_id as source_id,
        nullif(trim(parties.crm_account_id), '') as other_reference,
        customers.account_number as number,
        customers.customer_name as name,
        'customer' as kind,
        lower(parties.role) as role,
        cast(null as varchar) as legal_entity_reference,
        cast(null as varchar) as currency,
        nullif(trim(parties.taxpayer_identification_number), '') as tax_number,
        parties.email_address as email,
        parties.url as website,
        cast(null as varchar) as phone,
        trim(addresses.address1 || ' ' || coalesce(addresses.address2, '')) as street,
        addresses.city as city,
        addresses.state as state,
        addresses.postal_code as postal_code,
        upper(addresses.country) as country,
        cast(null as varchar) as parent_id,
        cast(null as varchar) as owner_id,
        parties.segment as segment,
        cast(null as varchar) as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        cast(null as varchar) as merged_into_id,
        true as is_active,
        cast(null as date) as last_activity_date,
        try_cast(substr(customers.creation_date, 1, 19) as timestamp) as created_at,
        try_cast(substr(customers.last_update_date, 1, 19) as timestamp) as modified_at,
        customers._deleted as is_deleted
    from customers
    left join parties
        on customers._connection = parties._connection
        and customers.customer_id = parties.party_id
    left join addresses
        on parties._connection = addresses._connection
        and parties._key = addresses._parent
)

select * from renamed
