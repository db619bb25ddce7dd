-- HubSpot's exchange rates into the company's currency, both ways: its number is units of the company's currency per 1 of the other; the other way
-- was inverted at load. Of several for one day the latest holds. One row per currency, direction and start date.
-- key: exchange_rate_id
with entered as (
    select
        exchange_rates.*,
        row_number() over (
            partition by
                exchange_rates._connection, exchange_rates.from_currency_code, exchange_rates.to_currency_code,
                exchange_rates.effective_date
            order by exchange_rates.effective_at desc, exchange_rates.created_at desc, exchange_rates.id desc
        ) as place
    from staging.base_hubspot__exchange_rates as exchange_rates
    where not exchange_rates._deleted and exchange_rates.from_currency_code <> exchange_rates.to_currency_code
),

rates as (
    select * from entered where place = 1
),

both_ways as (
    select
        rates._connection || ':' || rates.id || ':from' as exchange_rate_id,
        rates._connection as source,
        rates.id as source_id,
        'crm' as kind,
        rates.from_currency_code as from_currency,
        rates.to_currency_code as to_currency,
        try_cast(substr(rates.effective_date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(rates.conversion_rate as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
    union all
    select
        rates._connection || ':' || rates.id || ':to' as exchange_rate_id,
        rates._connection as source,
        rates.id as source_id,
        'crm' as kind,
        rates.to_currency_code as from_currency,
        rates.from_currency_code as to_currency,
        try_cast(substr(rates.effective_date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(rates.conversion_rate_inverse as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
)

select * from both_ways
