-- EspoCRM's dated rates against its base currency, both ways. EspoCRM's number is units of the base per 1 of the currency; the other
-- way was inverted at load. One row per currency, direction and date.
-- key: exchange_rate_id
with rates as (
    select * from staging.base_espocrm__currency_rates
    where not _deleted and record_name <> base_code
),

both_ways as (
    select
        rates._connection || ':' || rates.id || ':' || rates.date || ':from' as exchange_rate_id,
        rates._connection as source,
        rates.id as source_id,
        'crm' as kind,
        rates.record_name as from_currency,
        rates.base_code as to_currency,
        try_cast(substr(rates.date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(rates.rate as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
    union all
    select
        rates._connection || ':' || rates.id || ':' || rates.date || ':to' as exchange_rate_id,
        rates._connection as source,
        rates.id as source_id,
        'crm' as kind,
        rates.base_code as from_currency,
        rates.record_name as to_currency,
        try_cast(substr(rates.date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(rates.rate_inverse as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
)

select * from both_ways
