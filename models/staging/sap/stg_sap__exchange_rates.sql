-- SAP's daily rates: so many units of the target currency for so many of the source, or, with a minus, the other way round. Each also inverted
-- to ten places. One row per direction, pair and date.
-- key: exchange_rate_id
with exchange_rates as (
    select * from staging.base_sap__exchange_rates
    where not _deleted
),

typed as (
    select
        exchange_rates.*,
        try_cast(exchange_rates.exchange_rate as decimal(18, 10)) as stated_rate,
        case try_cast(exchange_rates.number_of_source_currency_units as bigint)
            when 10 then 0.1
            when 100 then 0.01
            when 1000 then 0.001
            when 10000 then 0.0001
            else 1
        end as per_source_unit,
        case try_cast(exchange_rates.number_of_target_currency_units as bigint)
            when 10 then 10
            when 100 then 100
            when 1000 then 1000
            when 10000 then 10000
            else 1
        end as target_units
    from exchange_rates
),

direct as (
    select
        typed.*,
        case
            when typed.stated_rate < 0 then
                cast(round(cast(cast(1 as double) / cast(nullif(abs(typed.stated_rate), 0) as double) as decimal(38, 15)), 10) as decimal(18, 10))
            else typed.stated_rate
        end as rate_of_units
    from typed
),

daily as (
    select direct.*, cast(round(direct.rate_of_units * direct.per_source_unit * direct.target_units, 10) as decimal(18, 10)) as rate
    from direct
),

rates as (
    select
        _connection || ':' || _key || ':from' as exchange_rate_id,
        _connection as source,
        _key as source_id,
        'erp' as kind,
        source_currency as from_currency,
        target_currency as to_currency,
        try_cast(substr(validity_start_date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        rate as rate,
        false as is_deleted
    from daily
    union all
    select
        _connection || ':' || _key || ':to' as exchange_rate_id,
        _connection as source,
        _key as source_id,
        'erp_inverse' as kind,
        target_currency as from_currency,
        source_currency as to_currency,
        try_cast(substr(validity_start_date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        cast(round(cast(cast(1 as double) / cast(nullif(rate, 0) as double) as decimal(38, 15)), 10) as decimal(18, 10)) as rate,
        false as is_deleted
    from daily
)

select * from rates
