-- The people of Xero's contacts: the first one, which stands on the contact itself, and the others. One row per person.
-- key: contact_id
with contacts as (
    select * from staging.base_xero__contacts
),

persons as (
    select * from staging.base_xero__contact_persons
),

people as (
    select
        contacts._connection as _connection,
        contacts._key || ':first' as source_id,
        contacts._key as contact_id,
        contacts.first_name as first_name,
        contacts.last_name as last_name,
        contacts.email_address as email_address,
        contacts.updated_date_utc as updated_date_utc,
        contacts._deleted as is_deleted
    from contacts
    where coalesce(nullif(trim(contacts.first_name), ''), nullif(trim(contacts.last_name), '')) is not null
    union all
    select
        persons._connection as _connection,
        persons._key as source_id,
        persons._parent as contact_id,
        persons.first_name as first_name,
        persons.last_name as last_name,
        persons.email_address as email_address,
        contacts.updated_date_utc as updated_date_utc,
        persons._deleted or coalesce(contacts._deleted, false) as is_deleted
    from persons
    left join contacts
        on persons._connection = contacts._connection
        and persons._parent = contacts._key
),

renamed as (
    select
        people._connection || ':' || people.source_id as contact_id,
        people._connection as source,
        people.source_id as source_id,
        people._connection || ':' || people.contact_id as customer_id,
        trim(coalesce(people.first_name, '') || ' ' || coalesce(people.last_name, '')) as name,
        people.email_address as email,
        cast(null as varchar) as title,
        cast(null as timestamp) as created_at,
        try_cast(substr(people.updated_date_utc, 1, 19) as timestamp) as modified_at,
        people.is_deleted as is_deleted
    from people
)

select * from renamed
