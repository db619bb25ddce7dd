-- Ledgerly's invoices. One row per invoice.
-- key: invoice_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.ledgerly__invoices as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        versions._connection || ':' || versions.id as invoice_id,
        versions._connection as source,
        versions.id as source_id,
        versions.number as number,
        cast(null as varchar) as order_id,
        versions.deal_id as crm_reference,
        versions._connection || ':' || versions.customer_id as customer_id,
        versions._connection || ':main' as legal_entity_id,
        versions.currency as currency,
        cast(null as decimal(18, 10)) as exchange_rate,
        try_cast(substr(versions.issued_on, 1, 10) as date) as invoice_date,
        cast(null as date) as due_date,
        periods.period_id as period_id,
        lower(versions.status) as status,
        cast(null as varchar) as channel,
        versions.status <> 'draft' as is_posted,
        versions.status = 'void' as is_voided,
        try_cast(versions.total as decimal(38, 4)) as total_amount,
        try_cast(versions.tax as decimal(38, 4)) as tax_amount,
        try_cast(versions.total as decimal(38, 4)) as open_amount,
        cast(null as timestamp) as created_at,
        try_cast(replace(substr(versions.changed_at, 1, 19), 'T', ' ') as timestamp) as modified_at,
        versions._deleted as is_deleted
    from versions
    left join periods
        on try_cast(substr(versions.issued_on, 1, 10) as date) between periods.start_date and periods.end_date
    where versions.version = 1
)

select * from renamed
