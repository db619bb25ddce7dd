-- What a report of the ERP or CRM adds up, from files: the newest version of each line as of the moment asked for. The legal entity is the company's own
-- code there. One row per sum.
-- key: reported_total_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__reported_totals as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.reported_total_id as reported_total_id,
        records._connection as source,
        records.reported_total_id as source_id,
        lower(records.measure) as measure,
        records.legal_entity_id as legal_entity_id,
        records.account as account,
        records.period_id as period_id,
        records.due_month as due_month,
        upper(records.of_currency) as of_currency,
        coalesce(coalesce(cast(try_cast(records.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(records.amount as decimal(38, 4))), 0) as amount,
        upper(records.currency) as currency,
        coalesce(records.is_translated_here = 'true', false) as is_translated_here,
        coalesce(records.is_posted_later = 'true', false) as is_posted_later,
        try_cast(records.record_count as bigint) as record_count,
        coalesce(try_cast(substr(records.reported_at, 1, 19) as timestamp), records._extracted_at) as reported_at,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
