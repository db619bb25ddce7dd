-- EspoCRM users. One row per user.
-- key: user_id
with users as (
    select * from staging.base_espocrm__users
),

renamed as (
    select
        users._connection || ':' || users.id as user_id,
        users._connection as source,
        users.id as source_id,
        coalesce(nullif(trim(users.name), ''), users.user_name) as name,
        users.email_address as email,
        coalesce(users.is_active = 'true', false) as is_active
    from users
    where not users._deleted
)

select * from renamed
