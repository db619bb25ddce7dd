-- Xero contacts that are no mere suppliers, with the address that invoices go to (POBOX, else STREET): those that a sales document names are none,
-- also where the contact was read before it had one. A contact's group may say its role. One without a currency of its own is billed in the
-- organisation's. One row per contact.
-- key: customer_id
with documents as (
    select * from staging.base_xero__documents
),

income_lines as (
    select distinct document_id from staging.base_xero__document_lines
    where is_income
),

-- Money received or spent makes a customer only where it was coded to income.
buyers as (
    select distinct documents.customer_id as customer_id
    from documents
    left join income_lines
        on documents.document_id = income_lines.document_id
    where documents.document <> 'receipt' or income_lines.document_id is not null
),

contacts as (
    select base.*
    from staging.base_xero__contacts as base
    left join buyers
        on base._connection || ':' || base.contact_id = buyers.customer_id
    where coalesce(base.is_customer, 'false') = 'true' or coalesce(base.is_supplier, 'false') <> 'true' or buyers.customer_id is not null
),

addresses as (
    select
        base._connection, base._parent, base.address_line1, base.address_line2, base.city, base.region, base.postal_code, base.country,
        row_number() over (
            partition by base._connection, base._parent
            order by case base.address_type when 'POBOX' then 1 when 'STREET' then 2 else 3 end, base._key
        ) as place
    from staging.base_xero__contact_addresses as base
    where not base._deleted
        and coalesce(nullif(trim(base.address_line1), ''), nullif(trim(base.city), ''), nullif(trim(base.country), '')) is not null
),

countries as (
    select * from staging.stg_tieout__country_names
),

phones as (
    select
        _connection, _parent,
        nullif(trim(coalesce(phone_country_code, '') || ' ' || coalesce(phone_area_code, '') || ' ' || coalesce(phone_number, '')), '') as number
    from staging.base_xero__contact_phones
    where not _deleted and phone_type = 'DEFAULT'
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

roles as (
    select _connection, _parent, min(replace(replace(lower(trim(name)), '-', '_'), ' ', '_')) as role
    from staging.base_xero__contact_group_members
    where not _deleted and replace(replace(lower(trim(name)), '-', '_'), ' ', '_') in ('sold_to', 'bill_to', 'ship_to', 'parent')
    group by _connection, _parent
),

renamed as (
    select
        contacts._connection || ':' || contacts.contact_id as customer_id,
        contacts._connection as source,
        contacts.contact_id as source_id,
        nullif(trim(contacts.crm_id), '') as other_reference,
        nullif(trim(contacts.account_number), '') as number,
        contacts.name as name,
        'customer' as kind,
        roles.role as role,
        cast(null as varchar) as legal_entity_reference,
        coalesce(nullif(trim(contacts.default_currency), ''), organisations.base_currency) as currency,
        nullif(trim(contacts.tax_number), '') as tax_number,
        nullif(trim(contacts.email_address), '') as email,
        nullif(trim(contacts.website), '') as website,
        phones.number as phone,
        nullif(trim(coalesce(addresses.address_line1, '') || ' ' || coalesce(addresses.address_line2, '')), '') as street,
        nullif(trim(addresses.city), '') as city,
        nullif(trim(addresses.region), '') as state,
        nullif(trim(addresses.postal_code), '') as postal_code,
        case when length(trim(addresses.country)) = 2 then upper(trim(addresses.country)) else countries.code end as country,
        cast(null as varchar) as parent_id,
        cast(null as varchar) as owner_id,
        cast(null as varchar) as segment,
        case contacts.payment_terms_type
            when 'DAYSAFTERBILLDATE' then 'Net ' || contacts.payment_terms_day
            when 'DAYSAFTERBILLMONTH' then contacts.payment_terms_day || ' days after the month of the bill'
            when 'OFCURRENTMONTH' then 'day ' || contacts.payment_terms_day || ' of the month'
            when 'OFFOLLOWINGMONTH' then 'day ' || contacts.payment_terms_day || ' of the following month'
        end as payment_terms,
        cast(null as decimal(38, 4)) as credit_limit_amount,
        contacts._connection || ':' || nullif(trim(contacts.merged_to_contact_id), '') as merged_into_id,
        coalesce(contacts.contact_status = 'ACTIVE', true) as is_active,
        cast(null as date) as last_activity_date,
        cast(null as timestamp) as created_at,
        try_cast(substr(contacts.updated_date_utc, 1, 19) as timestamp) as modified_at,
        contacts._deleted as is_deleted
    from contacts
    left join addresses
        on contacts._connection = addresses._connection
        and contacts._key = addresses._parent
        and addresses.place = 1
    left join countries
        on lower(trim(addresses.country)) = countries.name
    left join phones
        on contacts._connection = phones._connection
        and contacts._key = phones._parent
    left join organisations
        on contacts._connection = organisations._connection
    left join roles
        on contacts._connection = roles._connection
        and contacts._key = roles._parent
)

select * from renamed
