-- The legal entities with which each Oracle customer trades: those that its orders and invoices name; Fusion keeps no other list of them.
-- One row per customer and legal entity.
-- key: customer_legal_entity_id
with traded as (
    select source, customer_id, legal_entity_id from staging.stg_oracle__orders
    where not is_deleted
    union
    select source, customer_id, legal_entity_id from staging.stg_oracle__invoices
    where not is_deleted
),

placed as (
    select
        traded.*,
        row_number() over (partition by traded.customer_id order by traded.legal_entity_id) as place
    from traded
    where traded.customer_id is not null and traded.legal_entity_id is not null
),

renamed as (
    select
        placed.customer_id || '@' || substr(placed.legal_entity_id, length(placed.source) + 2) as customer_legal_entity_id,
        placed.source as source,
        substr(placed.customer_id, length(placed.source) + 2) || '@' || substr(placed.legal_entity_id, length(placed.source) + 2) as source_id,
        placed.customer_id as customer_id,
        placed.legal_entity_id as legal_entity_id,
        placed.place = 1 as is_primary,
        false as is_deleted
    from placed
)

select * from renamed
