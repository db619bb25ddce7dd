-- Exchange rates of mapped sources (files): the newest version of each record as of the moment asked for, ids made global.
-- One row per rate.
-- key: exchange_rate_id
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.mapped__exchange_rates as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

records as (
    select * from versions where version = 1
),

renamed as (
    select
        records._connection || ':' || records.exchange_rate_id as exchange_rate_id,
        records._connection as source,
        records.exchange_rate_id as source_id,
        lower(records.kind) as kind,
        upper(records.from_currency) as from_currency,
        upper(records.to_currency) as to_currency,
        try_cast(substr(records.start_date, 1, 10) as date) as start_date,
        records.period_id as period_id,
        try_cast(records.rate as decimal(18, 10)) as rate,
        records._deleted or coalesce(records.is_deleted = 'true', false) as is_deleted
    from records
)

select * from renamed
