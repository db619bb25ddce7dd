-- The host of each active user's address. One row per user.
-- key: user_id
with hosts as (
    select users.user_id, substr(users.email, strpos(users.email, '@') + 1) as host
    from canonical.users as users
    where users.is_active
)

select * from hosts
