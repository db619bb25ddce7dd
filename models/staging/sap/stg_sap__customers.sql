-- SAP business partners that are customers, with one address, tax number and sales area each. A partner whose account group is that of a
-- bill-to, payer or ship-to party has that role. One row per customer.
-- key: customer_id
with partners as (
    select * from staging.base_sap__business_partners
),

addresses as (
    select partner_addresses.*, row_number() over (partition by _connection, _parent order by _key) as place
    from staging.base_sap__partner_addresses as partner_addresses
    where not _deleted
),

tax_numbers as (
    select
        _connection, _parent, min(coalesce(nullif(bptax_number, ''), nullif(bptax_long_number, ''))) as tax_number
    from staging.base_sap__partner_tax_numbers
    where not _deleted
    group by _connection, _parent
),

sales_areas as (
    select customer_sales_areas.*, row_number() over (partition by _connection, _parent order by _key) as place
    from staging.base_sap__customer_sales_areas as customer_sales_areas
    where not _deleted
),

renamed as (
    select
        partners._connection || ':' || coalesce(cast(try_cast(partners.customer as bigint) as varchar), partners.customer) as customer_id,
        partners._connection as source,
        coalesce(cast(try_cast(partners.customer as bigint) as varchar), partners.customer) as source_id,
        nullif(trim(partners.crm_account), '') as other_reference,
        coalesce(cast(try_cast(partners.customer as bigint) as varchar), partners.customer) as number,
        partners.business_partner_full_name as name,
        'customer' as kind,
        case partners.customer_account_group
            when '0002' then 'ship_to'
            when '0003' then 'bill_to'
            when '0004' then 'bill_to'
            else 'sold_to'
        end as role,
        cast(null as varchar) as legal_entity_reference,
        nullif(sales_areas.currency, '') as currency,
        tax_numbers.tax_number as tax_number,
        cast(null as varchar) as email,
        cast(null as varchar) as website,
        cast(null as varchar) as phone,
        nullif(trim(coalesce(addresses.street_name, '') || ' ' || coalesce(addresses.house_number, '')), '') as street,
        nullif(addresses.city_name, '') as city,
        nullif(addresses.region, '') as state,
        nullif(addresses.postal_code, '') as postal_code,
        nullif(addresses.country, '') as country,
        cast(null as varchar) as parent_id,
        cast(null as varchar) as owner_id,
        cast(null as varchar) as segment,
        nullif(sales_areas.customer_payment_terms, '') as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        cast(null as varchar) as merged_into_id,
        not coalesce(partners.business_partner_is_blocked = 'true' or partners.is_marked_for_archiving = 'true' or partners.order_is_blocked <> '', false) as is_active,
        cast(null as date) as last_activity_date,
        try_cast(substr(partners.creation_date, 1, 10) || ' 00:00:00' as timestamp) as created_at,
        try_cast(substr(coalesce(partners.last_change_date, partners.creation_date), 1, 10) || ' 00:00:00' as timestamp) as modified_at,
        partners._deleted as is_deleted
    from partners
    left join addresses
        on partners._connection = addresses._connection
        and partners._key = addresses._parent
        and addresses.place = 1
    left join tax_numbers
        on partners._connection = tax_numbers._connection
        and partners._key = tax_numbers._parent
    left join sales_areas
        on partners._connection = sales_areas._connection
        and partners._key = sales_areas._parent
        and sales_areas.place = 1
)

select * from renamed
