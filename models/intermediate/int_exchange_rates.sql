-- Every rate with the days on which it holds; a currency against itself is 1 and is not in here. One row per kind, pair and start date.
-- key: kind, from_currency, to_currency, start_date
with rates as (
    select
        kind, from_currency, to_currency, start_date, period_id,
        max(rate) as rate
    from canonical.exchange_rates
    where not is_deleted and rate is not null and rate > 0 and from_currency <> to_currency
    group by kind, from_currency, to_currency, start_date, period_id
),

dated as (
    select
        rates.*,
        lead(rates.start_date) over (
            partition by rates.kind, rates.from_currency, rates.to_currency
            order by rates.start_date
        ) as next_start_date
    from rates
)

select * from dated
