-- The newest version of each EspoCRM currency rate of a day as of the moment asked for: rates of the day come under the code of their
-- currency, with another day each time. One row per rate and day.
-- key: _connection, _key, date
with versions as (
    select
        records.*,
        row_number() over (
            partition by records._connection, records._key, records.date
            order by records._extracted_at desc, records._cursor desc, records._loaded_at desc
        ) as version
    from raw.espocrm__currency_rates as records
    where records._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
        and records._extracted_at <= (select as_of.extracted_until from raw.as_of as as_of)
),

newest as (
    select * from versions where version = 1
)

select * from newest
