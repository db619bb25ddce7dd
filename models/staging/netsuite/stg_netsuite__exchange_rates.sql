-- NetSuite's daily rates (units of the base currency per 1 of the transaction currency), each also the other way round, inverted at load,
-- and the consolidated closing and average rates of each period. One row per kind, pair and start date.
-- key: exchange_rate_id
with currency_rates as (
    select * from staging.base_netsuite__currency_rates
    where not _deleted
),

consolidated as (
    select * from staging.base_netsuite__consolidated_exchange_rates
    where not _deleted and coalesce(accountingbook, '1') = '1'
),

currencies as (
    select * from staging.base_netsuite__currencies
),

posting_periods as (
    select * from staging.base_netsuite__posting_periods
),

daily as (
    select
        currency_rates._connection as source,
        currency_rates.id as id,
        transaction_currencies.symbol as transaction_currency,
        base_currencies.symbol as base_currency,
        try_cast(substr(currency_rates.effectivedate, 1, 10) as date) as start_date,
        try_cast(currency_rates.exchangerate as decimal(18, 10)) as rate,
        try_cast(currency_rates.exchangerate_inverse as decimal(18, 10)) as inverse_rate
    from currency_rates
    inner join currencies as transaction_currencies
        on currency_rates._connection = transaction_currencies._connection
        and currency_rates.transactioncurrency = transaction_currencies.id
    inner join currencies as base_currencies
        on currency_rates._connection = base_currencies._connection
        and currency_rates.basecurrency = base_currencies.id
    where currency_rates.transactioncurrency <> currency_rates.basecurrency
),

per_period as (
    select
        consolidated._connection as source,
        consolidated.id as id,
        from_currencies.symbol as from_currency,
        to_currencies.symbol as to_currency,
        posting_periods.period_id as period_id,
        posting_periods.end_date as end_date,
        try_cast(consolidated.currentrate as decimal(18, 10)) as closing_rate,
        try_cast(consolidated.averagerate as decimal(18, 10)) as average_rate
    from consolidated
    inner join posting_periods
        on consolidated._connection = posting_periods._connection
        and consolidated.postingperiod = posting_periods.posting_period
    inner join currencies as from_currencies
        on consolidated._connection = from_currencies._connection
        and consolidated.fromcurrency = from_currencies.id
    inner join currencies as to_currencies
        on consolidated._connection = to_currencies._connection
        and consolidated.tocurrency = to_currencies.id
    where consolidated.fromcurrency <> consolidated.tocurrency
),

rates as (
    select
        source || ':' || id || ':from' as exchange_rate_id, source, id as source_id, 'erp' as kind,
        transaction_currency as from_currency, base_currency as to_currency, start_date,
        cast(null as varchar) as period_id, rate, false as is_deleted
    from daily
    union all
    select
        source || ':' || id || ':to' as exchange_rate_id, source, id as source_id, 'erp_inverse' as kind,
        base_currency as from_currency, transaction_currency as to_currency, start_date,
        cast(null as varchar) as period_id, inverse_rate as rate, false as is_deleted
    from daily
    union all
    select
        source || ':' || id || ':closing' as exchange_rate_id, source, id as source_id, 'closing' as kind,
        from_currency, to_currency, end_date as start_date, period_id, closing_rate as rate, false as is_deleted
    from per_period
    union all
    select
        source || ':' || id || ':average' as exchange_rate_id, source, id as source_id, 'average' as kind,
        from_currency, to_currency, end_date as start_date, period_id, average_rate as rate, false as is_deleted
    from per_period
)

select * from rates
