-- Terms of recognition of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per term.
-- key: recognition_term_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__recognition_terms as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.recognition_term_id as recognition_term_id,
        records._connection as source,
        records.recognition_term_id as source_id,
        records._connection || ':' || records.invoice_line_id as invoice_line_id,
        lower(records.method) as method,
        try_cast(substr(records.start_date, 1, 10) as date) as start_date,
        try_cast(substr(records.end_date, 1, 10) as date) as end_date,
        coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))) as amount,
        upper(records.currency) as currency,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
