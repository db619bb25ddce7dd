-- Payments of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- Without a period of its own it falls into the calendar's, by its date.
-- One row per payment.
-- key: payment_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__payments as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        records._connection || ':' || records.payment_id as payment_id,
        records._connection as source,
        records.payment_id as source_id,
        records.number as number,
        records._connection || ':' || records.customer_id as customer_id,
        records._connection || ':' || records.legal_entity_id as legal_entity_id,
        upper(records.currency) as currency,
        try_cast(substr(records.payment_date, 1, 10) as date) as payment_date,
        coalesce(records.period_id, periods.period_id) as period_id,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        coalesce(cast(try_cast(records.unapplied_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.unapplied_amount as decimal(38, 4))) as unapplied_amount,
        coalesce(records.is_voided = 'true', false) as is_voided,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
    left join periods
        on try_cast(substr(records.payment_date, 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
