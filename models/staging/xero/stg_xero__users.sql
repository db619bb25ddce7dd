-- Xero users of each organisation. One row per user.
-- key: user_id
with users as (
    select * from staging.base_xero__users
    where not _deleted
),

renamed as (
    select
        users._connection || ':' || users.user_id as user_id,
        users._connection as source,
        users.user_id as source_id,
        trim(coalesce(users.first_name, '') || ' ' || coalesce(users.last_name, '')) as name,
        users.email_address as email,
        coalesce(users.organisation_role <> 'REMOVED', true) as is_active
    from users
)

select * from renamed
