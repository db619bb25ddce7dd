-- The shop's people. One row per person.
-- key: user_id
with people as (
    select * from staging.base_shop__people
),

renamed as (
    select
        people._connection || ':' || people.id as user_id,
        people._connection as source,
        people.id as source_id,
        people.name as name,
        people.email as email,
        not people._deleted as is_active
    from people
)

select * from renamed
