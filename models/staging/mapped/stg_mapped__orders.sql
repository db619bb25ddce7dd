-- Orders of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per order.
-- key: order_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__orders as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.order_id as order_id,
        records._connection as source,
        records.order_id as source_id,
        records.number as number,
        records.crm_reference as crm_reference,
        records._connection || ':' || records.customer_id as customer_id,
        records._connection || ':' || records.bill_to_id as bill_to_id,
        records._connection || ':' || records.legal_entity_id as legal_entity_id,
        upper(records.currency) as currency,
        try_cast(records.exchange_rate as decimal(18, 10)) as exchange_rate,
        try_cast(substr(records.order_date, 1, 10) as date) as order_date,
        lower(records.status) as status,
        coalesce(records.is_pending_approval = 'true', false) as is_pending_approval,
        coalesce(records.is_cancelled = 'true', false) as is_cancelled,
        coalesce(records.is_closed = 'true', false) as is_closed,
        lower(records.channel) as channel,
        coalesce(cast(try_cast(records.total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.total_amount as decimal(38, 4))) as total_amount,
        coalesce(cast(try_cast(records.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.tax_amount as decimal(38, 4))) as tax_amount,
        try_cast(substr(records.approved_at, 1, 19) as timestamp) as approved_at,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
