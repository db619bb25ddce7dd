-- Names where rates contradict each other by more than a hundredth of a percent: of several systems those at which all is shown in the reporting
-- currency (consolidation rates; under the policy crm the CRMs'), of which the first system of the configuration counts; of one system any rate that it
-- states twice, of which the higher one counts.
-- owner: finance
-- severity: warning
with rates as (
    select kind, from_currency, to_currency, start_date, coalesce(period_id, '*') as period_id, rate, source
    from canonical.exchange_rates
    where not is_deleted and rate is not null and rate > 0 and from_currency <> to_currency
),

settings as (
    select * from intermediate.int_settings
),

of_one as (
    select
        kind, from_currency, to_currency, start_date, period_id, min(rate) as lowest_rate, max(rate) as highest_rate,
        source as first_source, source as last_source
    from rates
    group by kind, from_currency, to_currency, start_date, period_id, source
),

of_several as (
    select
        rates.kind, rates.from_currency, rates.to_currency, rates.start_date, rates.period_id, min(rates.rate) as lowest_rate,
        max(rates.rate) as highest_rate, min(rates.source) as first_source, max(rates.source) as last_source
    from rates
    cross join settings
    where rates.kind in ('closing', 'average') or (rates.kind = 'crm' and settings.rate_policy = 'crm')
    group by rates.kind, rates.from_currency, rates.to_currency, rates.start_date, rates.period_id
    having min(rates.source) <> max(rates.source)
),

problems as (
    select kind, from_currency, to_currency, start_date, period_id, lowest_rate, highest_rate, first_source, last_source
    from of_one
    where highest_rate > lowest_rate * 1.0001
    union all
    select kind, from_currency, to_currency, start_date, period_id, lowest_rate, highest_rate, first_source, last_source
    from of_several
    where highest_rate > lowest_rate * 1.0001
)

select * from problems
