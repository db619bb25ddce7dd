-- What was posted to income accounts of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- Without a period of its own it falls into the calendar's, by its date. One that names neither a document nor a line stands for itself.
-- One row per posting line.
-- key: revenue_entry_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__revenue_entries as records
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
        records._connection || ':' || records.revenue_entry_id as revenue_entry_id,
        records._connection as source,
        records.revenue_entry_id as source_id,
        lower(records.kind) as kind,
        case
            when coalesce(records.document_id, records.invoice_line_id, records.credit_note_line_id) is null
                then records._connection || ':entry ' || records.revenue_entry_id
            else records._connection || ':' || records.document_id
        end as document_id,
        case
            when coalesce(records.document_number, records.document_id, records.invoice_line_id, records.credit_note_line_id) is null
                then records.revenue_entry_id
            else records.document_number
        end as document_number,
        records._connection || ':' || records.invoice_line_id as invoice_line_id,
        records._connection || ':' || records.credit_note_line_id as credit_note_line_id,
        records._connection || ':' || records.customer_id as customer_id,
        records._connection || ':' || records.legal_entity_id as legal_entity_id,
        records.account as account,
        try_cast(substr(records.posting_date, 1, 10) as date) as posting_date,
        coalesce(records.period_id, periods.period_id) as period_id,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        upper(records.currency) as currency,
        coalesce(cast(try_cast(records.base_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.base_amount as decimal(38, 4))) as base_amount,
        upper(records.base_currency) as base_currency,
        records.memo as memo,
        try_cast(substr(records.created_at, 1, 19) as timestamp) as created_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
    left join periods
        on try_cast(substr(records.posting_date, 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
