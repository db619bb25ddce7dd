-- Salesforce price book entries. One row per price list, product and currency.
-- key: price_list_entry_id
with entries as (
    select * from staging.base_salesforce__price_list_entries
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        entries._connection || ':' || entries.id as price_list_entry_id,
        entries._connection as source,
        entries.id as source_id,
        entries.pricebook2_id as price_list,
        entries._connection || ':' || entries.product2_id as product_id,
        coalesce(cast(try_cast(entries.unit_price as decimal(18, 8)) as decimal(38, 8)), try_cast(entries.unit_price as decimal(38, 8))) as unit_price,
        coalesce(entries.currency_iso_code, connections.currency) as currency,
        coalesce(entries.is_active = 'true', false) as is_active,
        try_cast(replace(substr(entries.created_date, 1, 19), 'T', ' ') as timestamp) as created_at,
        try_cast(replace(substr(entries.system_modstamp, 1, 19), 'T', ' ') as timestamp) as modified_at,
        (entries._deleted or coalesce(entries.is_deleted = 'true', false)) as is_deleted
    from entries
    left join connections
        on entries._connection = connections.connection
)

select * from renamed
