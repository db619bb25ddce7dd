-- Salesforce's conversion rates against the corporate currency, both ways: the dated ones; in an org that has none at all
-- (no Advanced Currency Management) the static ones. Salesforce's number is units of the currency per 1 of the corporate one; the other way was inverted at load.
-- One row per currency, direction and start date.
-- key: exchange_rate_id
with currency_types as (
    select * from staging.base_salesforce__currency_types
    where not _deleted
),

dated as (
    select * from staging.base_salesforce__dated_conversion_rates
    where not _deleted
),

corporate as (
    select _connection, iso_code from currency_types where is_corporate = 'true'
),

rates as (
    select
        dated._connection, dated.id, dated.iso_code, try_cast(substr(dated.start_date, 1, 10) as date) as start_date,
        dated.conversion_rate, dated.conversion_rate_inverse
    from dated
    union all
    select
        currency_types._connection, currency_types.id, currency_types.iso_code, date '1900-01-01' as start_date,
        currency_types.conversion_rate, currency_types.conversion_rate_inverse
    from currency_types
    where not exists (
        select 1 from dated
        where dated._connection = currency_types._connection
    )
),

both_ways as (
    select
        rates._connection || ':' || rates.id || ':from' as exchange_rate_id,
        rates._connection as source,
        rates.id as source_id,
        'crm' as kind,
        rates.iso_code as from_currency,
        corporate.iso_code as to_currency,
        rates.start_date as start_date,
        cast(null as varchar) as period_id,
        try_cast(rates.conversion_rate_inverse as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
    inner join corporate
        on rates._connection = corporate._connection
    where rates.iso_code <> corporate.iso_code
    union all
    select
        rates._connection || ':' || rates.id || ':to' as exchange_rate_id,
        rates._connection as source,
        rates.id as source_id,
        'crm' as kind,
        corporate.iso_code as from_currency,
        rates.iso_code as to_currency,
        rates.start_date as start_date,
        cast(null as varchar) as period_id,
        try_cast(rates.conversion_rate as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
    inner join corporate
        on rates._connection = corporate._connection
    where rates.iso_code <> corporate.iso_code
)

select * from both_ways
