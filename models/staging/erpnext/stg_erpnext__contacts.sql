-- The contacts of ERPNext customers. One row per contact and customer.
-- key: contact_id
with contacts as (
    select * from staging.base_erpnext__contacts
),

links as (
    select * from staging.base_erpnext__contact_links
),

renamed as (
    select
        links._connection || ':' || links.name as contact_id,
        links._connection as source,
        links.name as source_id,
        links._connection || ':' || links.link_name as customer_id,
        trim(coalesce(contacts.first_name, '') || ' ' || coalesce(contacts.last_name, '')) as name,
        contacts.email_id as email,
        contacts.designation as title,
        try_cast(substr(contacts.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(contacts.modified, 1, 19) as timestamp) as modified_at,
        contacts._deleted or links._deleted as is_deleted
    from links
    inner join contacts
        on links._connection = contacts._connection
        and links.parent = contacts.name
)

select * from renamed
