-- Ledgerly keeps the books of one company. One row per connection that has an invoice.
-- key: legal_entity_id
with invoices as (
    select distinct source from staging.stg_ledgerly__invoices
),

renamed as (
    select
        source || ':main' as legal_entity_id,
        source as source,
        'main' as source_id,
        'Main' as name,
        'GBP' as currency,
        'GB' as country,
        cast(null as varchar) as parent_id,
        false as is_elimination,
        true as is_active
    from invoices
)

select * from renamed
