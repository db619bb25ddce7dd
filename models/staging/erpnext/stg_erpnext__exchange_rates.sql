-- ERPNext's rates of a day (units of the second currency per 1 of the first), each also the other way round, inverted at load. Of several of
-- a day the one for selling counts. One row per direction, pair and date.
-- key: exchange_rate_id
with exchanges as (
    select * from staging.base_erpnext__currency_exchanges
    where not _deleted and coalesce(for_selling, '1') = '1'
),

ranked as (
    select
        exchanges.*,
        row_number() over (
            partition by exchanges._connection, exchanges.from_currency, exchanges.to_currency, exchanges.date
            order by exchanges.modified desc, exchanges.name
        ) as place
    from exchanges
),

daily as (
    select * from ranked where place = 1
),

rates as (
    select
        _connection || ':' || name || ':from' as exchange_rate_id,
        _connection as source,
        name as source_id,
        'erp' as kind,
        from_currency as from_currency,
        to_currency as to_currency,
        try_cast(substr(date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(exchange_rate as decimal(18, 10)) as rate,
        false as is_deleted
    from daily
    union all
    select
        _connection || ':' || name || ':to' as exchange_rate_id,
        _connection as source,
        name as source_id,
        'erp_inverse' as kind,
        to_currency as from_currency,
        from_currency as to_currency,
        try_cast(substr(date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(exchange_rate_inverse as decimal(18, 10)) as rate,
        false as is_deleted
    from daily
)

select * from rates
