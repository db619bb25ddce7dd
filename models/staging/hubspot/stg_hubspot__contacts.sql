-- HubSpot contacts, each with its primary company. One row per contact.
-- key: contact_id
with contacts as (
    select * from staging.base_hubspot__contacts
),

renamed as (
    select
        contacts._connection || ':' || contacts.hs_object_id as contact_id,
        contacts._connection as source,
        contacts.hs_object_id as source_id,
        contacts._connection || ':' || contacts.associatedcompanyid as customer_id,
        trim(coalesce(contacts.firstname, '') || ' ' || coalesce(contacts.lastname, '')) as name,
        contacts.email as email,
        contacts.jobtitle as title,
        try_cast(replace(substr(contacts.createdate, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(contacts.lastmodifieddate, 1, 19), 'T', ' ') as timestamp) as modified_at,
        contacts._deleted as is_deleted
    from contacts
)

select * from renamed
