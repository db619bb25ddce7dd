-- The revision of each Oracle order that counts: the latest that was submitted, or of one that never was the latest draft. Revisions after
-- it are still being written, those before it are references. One row per order.
-- key: order_id
with revisions as (
    select
        orders.*,
        case when coalesce(orders.source_transaction_system, 'OPS') = 'OPS' then orders.source_transaction_id
            else orders.source_transaction_system || ':' || orders.source_transaction_id end as order_key
    from staging.base_oracle__orders as orders
),

ranked as (
    select
        revisions.*,
        row_number() over (
            partition by revisions._connection, revisions.order_key
            order by
                revisions._deleted,
                case when revisions.submitted_flag = 'true' then 0 else 1 end,
                try_cast(revisions.source_transaction_revision_number as bigint) desc,
                try_cast(revisions.header_id as bigint) desc
        ) as place
    from revisions
),

renamed as (
    select
        ranked._connection || ':' || ranked.order_key as order_id,
        ranked._connection as source,
        ranked.order_key as source_id,
        ranked._key as revision_key,
        ranked.order_number as number,
        nullif(trim(ranked.crm_opportunity), '') as crm_reference,
        ranked.buying_party_id as party_id,
        ranked.requesting_legal_entity_id as legal_entity,
        ranked.requesting_business_unit_id as business_unit,
        ranked.transactional_currency_code as currency,
        try_cast(ranked.currency_conversion_rate as decimal(18, 10)) as exchange_rate,
        try_cast(substr(ranked.transaction_on, 1, 10) as date) as order_date,
        ranked.status_code as status_code,
        coalesce(ranked.submitted_flag = 'true', false) as is_submitted,
        ranked.sales_channel_code as channel,
        try_cast(substr(ranked.creation_date, 1, 19) as timestamp) as created_at,
        try_cast(substr(ranked.last_update_date, 1, 19) as timestamp) as modified_at,
        ranked._deleted as is_deleted
    from ranked
    where ranked.place = 1
)

select * from renamed
