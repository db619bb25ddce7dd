-- EspoCRM contacts, each with its first account. One row per contact.
-- key: contact_id
with contacts as (
    select * from staging.base_espocrm__contacts
),

renamed as (
    select
        contacts._connection || ':' || contacts.id as contact_id,
        contacts._connection as source,
        contacts.id as source_id,
        contacts._connection || ':' || contacts.account_id as customer_id,
        trim(coalesce(contacts.first_name, '') || ' ' || coalesce(contacts.last_name, '')) as name,
        contacts.email_address as email,
        contacts.title as title,
        try_cast(replace(substr(contacts.created_at, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(contacts.modified_at, 1, 19), 'T', ' ') as timestamp) as modified_at,
        contacts._deleted as is_deleted
    from contacts
)

select * from renamed
