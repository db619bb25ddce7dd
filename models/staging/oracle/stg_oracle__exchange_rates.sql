-- Oracle's daily rates (units of the second currency per 1 of the first), each also the other way round, inverted at load. One row per direction,
-- pair and date.
-- key: exchange_rate_id
with rates as (
    select * from staging.base_oracle__currency_rates
    where not _deleted
),

renamed as (
    select
        _connection || ':' || _key || ':from' as exchange_rate_id,
        _connection as source,
        _key as source_id,
        'erp' as kind,
        from_currency as from_currency,
        to_currency as to_currency,
        try_cast(substr(conversion_date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(conversion_rate as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
    union all
    select
        _connection || ':' || _key || ':to' as exchange_rate_id,
        _connection as source,
        _key as source_id,
        'erp_inverse' as kind,
        to_currency as from_currency,
        from_currency as to_currency,
        try_cast(substr(conversion_date, 1, 10) as date) as start_date,
        cast(null as varchar) as period_id,
        try_cast(conversion_rate_inverse as decimal(18, 10)) as rate,
        false as is_deleted
    from rates
)

select * from renamed
