-- Names the days for which several systems of a kind, or one twice, state rates of a pair that differ by more than a hundredth of a percent: all rates
-- of a kind are one table, in which the higher one counts.
-- owner: finance
-- severity: warning
with rates as (
    select
        kind, from_currency, to_currency, start_date, coalesce(period_id, '*') as period_id, min(rate) as lowest_rate, max(rate) as highest_rate,
        min(source) as first_source, max(source) as last_source
    from canonical.exchange_rates
    where not is_deleted and rate is not null and rate > 0 and from_currency <> to_currency
    group by kind, from_currency, to_currency, start_date, coalesce(period_id, '*')
),

problems as (
    select kind, from_currency, to_currency, start_date, period_id, lowest_rate, highest_rate, first_source, last_source
    from rates
    where highest_rate > lowest_rate * 1.0001
)

select * from problems
