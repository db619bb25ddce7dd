-- QuickBooks' rates (units of the home currency per 1 of the other): the one in force at each period's end is its closing rate, the last one
-- that of the open period. Where most days were read (rate_days: daily) each is a daily rate too, also the other way round, inverted at load.
-- One row per kind, pair and date.
-- key: exchange_rate_id
with rates as (
    select
        base._connection as _connection,
        base.source_currency_code as from_currency,
        base.target_currency_code as to_currency,
        try_cast(substr(base.as_of_date, 1, 10) as date) as rate_date,
        try_cast(base.rate as decimal(18, 10)) as rate,
        try_cast(base.rate_inverse as decimal(18, 10)) as inverse_rate
    from staging.base_quickbooks__exchange_rates as base
    where not base._deleted and base.source_currency_code <> base.target_currency_code
),

periods as (
    select * from staging.stg_tieout__periods
),

bounds as (
    select
        rates._connection as _connection,
        min(rates.rate_date) as first_date,
        max(rates.rate_date) as last_date,
        count(distinct rates.rate_date) as day_count
    from rates
    group by rates._connection
),

coverage as (
    select bounds.*, bounds.day_count > 4 and bounds.day_count * 2 > date_diff('day', bounds.first_date, bounds.last_date) as is_daily
    from bounds
),

at_end as (
    select
        rates.*,
        periods.period_id as period_id,
        periods.end_date as end_date,
        row_number() over (
            partition by rates._connection, rates.from_currency, rates.to_currency, periods.period_id
            order by rates.rate_date desc
        ) as place
    from rates
    inner join coverage
        on rates._connection = coverage._connection
    inner join periods
        on rates.rate_date <= periods.end_date
        and periods.start_date <= cast(coverage.last_date + interval '31' day as date)
),

daily as (
    select rates.*, cast(rates.rate_date as varchar) as rate_day
    from rates
    inner join coverage
        on rates._connection = coverage._connection
        and coverage.is_daily
),

renamed as (
    select
        _connection || ':' || from_currency || ':' || period_id || ':closing' as exchange_rate_id, _connection as source,
        from_currency || ':' || period_id as source_id, 'closing' as kind, from_currency as from_currency, to_currency as to_currency,
        end_date as start_date, period_id as period_id, rate as rate, false as is_deleted
    from at_end
    where place = 1
    union all
    select
        _connection || ':' || from_currency || ':' || rate_day || ':from' as exchange_rate_id, _connection as source,
        from_currency || ':' || rate_day as source_id, 'erp' as kind, from_currency as from_currency,
        to_currency as to_currency, rate_date as start_date, cast(null as varchar) as period_id, rate as rate, false as is_deleted
    from daily
    union all
    select
        _connection || ':' || from_currency || ':' || rate_day || ':to' as exchange_rate_id, _connection as source,
        from_currency || ':' || rate_day as source_id, 'erp_inverse' as kind, to_currency as from_currency,
        from_currency as to_currency, rate_date as start_date, cast(null as varchar) as period_id, inverse_rate as rate, false as is_deleted
    from daily
)

select * from renamed
