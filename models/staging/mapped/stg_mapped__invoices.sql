-- Invoices of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- Without a period of its own it falls into the calendar's, by its date.
-- One row per invoice.
-- key: invoice_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__invoices as records
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
        records._connection || ':' || records.invoice_id as invoice_id,
        records._connection as source,
        records.invoice_id as source_id,
        records.number as number,
        records._connection || ':' || records.order_id as order_id,
        records.crm_reference as crm_reference,
        records._connection || ':' || records.customer_id as customer_id,
        records._connection || ':' || records.legal_entity_id as legal_entity_id,
        upper(records.currency) as currency,
        try_cast(records.exchange_rate as decimal(18, 10)) as exchange_rate,
        try_cast(substr(records.invoice_date, 1, 10) as date) as invoice_date,
        try_cast(substr(records.due_date, 1, 10) as date) as due_date,
        coalesce(records.period_id, periods.period_id) as period_id,
        lower(records.status) as status,
        lower(records.channel) as channel,
        coalesce(records.is_posted = 'true', false) as is_posted,
        coalesce(records.is_voided = 'true', false) as is_voided,
        coalesce(cast(try_cast(records.total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.total_amount as decimal(38, 4))) as total_amount,
        coalesce(cast(try_cast(records.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.tax_amount as decimal(38, 4))) as tax_amount,
        coalesce(cast(try_cast(records.open_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.open_amount as decimal(38, 4))) as open_amount,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        try_cast(substr(records.modified_at, 1, 19) as timestamp) as modified_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
    left join periods
        on try_cast(substr(records.invoice_date, 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
