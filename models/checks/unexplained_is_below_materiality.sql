-- Proves that what nothing explains stays below the company's materiality in every period, in the reporting currency.
-- owner: finance
-- severity: error
with unexplained as (
    select breaks.period_id, sum(abs(breaks.reporting_amount)) as amount, count(*) as break_count,
        sum(case when breaks.reporting_amount is null then 1 else 0 end) as without_rate_count
    from marts.breaks as breaks
    where breaks.code = 'unexplained'
    group by breaks.period_id
),

problems as (
    select unexplained.period_id, unexplained.amount, unexplained.break_count, unexplained.without_rate_count, settings.materiality_amount
    from unexplained
    cross join intermediate.int_settings as settings
    where unexplained.amount > coalesce(settings.materiality_amount, 0) or unexplained.without_rate_count > 0
)

select * from problems
