-- Oracle items, whatever the organizations that they are assigned to. One row per item.
-- key: product_id
with ranked as (
    select
        items.*,
        row_number() over (
            partition by items._connection, items.item_id
            order by items._deleted, try_cast(items.organization_id as bigint)
        ) as place
    from staging.base_oracle__items as items
),

renamed as (
    select
        ranked._connection || ':' || ranked.item_id as product_id,
        ranked._connection as source,
        ranked.item_id as source_id,
        ranked.item_number as code,
        ranked.item_description as name,
        ranked.item_class as family,
        case when lower(ranked.user_item_type_value) like 'freight%' then 'freight' else 'item' end as kind,
        ranked.primary_uomcode as unit_code,
        coalesce(ranked.item_status_value not in ('Inactive', 'Obsolete'), true) as is_active,
        try_cast(substr(ranked.creation_date_time, 1, 19) as timestamp) as created_at,
        try_cast(substr(ranked.last_update_date_time, 1, 19) as timestamp) as modified_at,
        ranked._deleted as is_deleted
    from ranked
    where ranked.place = 1
)

select * from renamed
