-- HubSpot owners, also those who left. One row per owner.
-- key: user_id
with owners as (
    select * from staging.base_hubspot__owners
),

renamed as (
    select
        owners._connection || ':' || owners.id as user_id,
        owners._connection as source,
        owners.id as source_id,
        trim(coalesce(owners.first_name, '') || ' ' || coalesce(owners.last_name, '')) as name,
        owners.email as email,
        coalesce(owners.archived = 'false', false) as is_active
    from owners
    where not owners._deleted
)

select * from renamed
