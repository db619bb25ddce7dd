-- ERPNext users; the name is the e-mail address. One row per user.
-- key: user_id
with users as (
    select * from staging.base_erpnext__users
    where not _deleted
),

renamed as (
    select
        users._connection || ':' || users.name as user_id,
        users._connection as source,
        users.name as source_id,
        users.full_name as name,
        users.email as email,
        coalesce(users.enabled = '1', true) as is_active
    from users
)

select * from renamed
