-- NetSuite contacts. One row per contact.
-- key: contact_id
with contacts as (
    select * from staging.base_netsuite__contacts
),

renamed as (
    select
        contacts._connection || ':' || contacts.id as contact_id,
        contacts._connection as source,
        contacts.id as source_id,
        contacts._connection || ':' || contacts.company as customer_id,
        trim(coalesce(contacts.firstname, '') || ' ' || coalesce(contacts.lastname, '')) as name,
        contacts.email as email,
        contacts.title as title,
        try_cast(substr(contacts.datecreated, 1, 19) as timestamp) as created_at,
        try_cast(substr(contacts.lastmodifieddate, 1, 19) as timestamp) as modified_at,
        contacts._deleted as is_deleted
    from contacts
)

select * from renamed
