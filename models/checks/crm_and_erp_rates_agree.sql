-- Proves that each CRM's dated rate is within 2 % of each ERP's rate of the same day (its daily rate, else its closing one), for each period's last day and
-- each pair of the ERP: at the CRM's rate of the pair, the product of its rates to and from its corporate currency, or the inverse of the pair's other way.
-- owner: finance
-- severity: warning
with periods as (
    select period_id, end_date from marts.periods
),

crm_pairs as (
    select crm, from_currency, to_currency, start_date, next_start_date, rate from intermediate.int_crm_rates
    where crm = table_of
),

crm_rates as (
    select crm, from_currency, to_currency, start_date, next_start_date, rate from crm_pairs
    union all
    select
        pairs.crm, pairs.to_currency as from_currency, pairs.from_currency as to_currency, pairs.start_date, pairs.next_start_date,
        cast(cast(1 as double) / cast(pairs.rate as double) as decimal(18, 10)) as rate
    from crm_pairs as pairs
    where not exists (
        select 1 from crm_pairs as other_way
        where other_way.crm = pairs.crm and other_way.from_currency = pairs.to_currency and other_way.to_currency = pairs.from_currency
    )
),

table_rates as (
    select source, kind, from_currency, to_currency, start_date, next_start_date, period_id, rate from intermediate.int_exchange_rates
),

erp_rates as (
    select daily.source as erp, daily.from_currency, daily.to_currency, periods.period_id, periods.end_date, daily.rate
    from table_rates as daily
    inner join periods
        on periods.end_date >= daily.start_date
        and periods.end_date < coalesce(daily.next_start_date, date '9999-12-31')
    where daily.kind = 'erp'
    union all
    select closing.source as erp, closing.from_currency, closing.to_currency, periods.period_id, periods.end_date, closing.rate
    from table_rates as closing
    inner join periods
        on closing.period_id = periods.period_id
    where closing.kind = 'closing' and not exists (
        select 1 from table_rates as daily
        where daily.kind = 'erp' and daily.source = closing.source
            and daily.from_currency = closing.from_currency and daily.to_currency = closing.to_currency
    )
),

compared as (
    select
        erp_rates.period_id, erp_rates.from_currency, erp_rates.to_currency, crm_rates.crm, crm_rates.rate as crm_rate, erp_rates.erp,
        erp_rates.rate as erp_rate
    from erp_rates
    inner join crm_rates
        on erp_rates.from_currency = crm_rates.from_currency
        and erp_rates.to_currency = crm_rates.to_currency
        and erp_rates.end_date >= crm_rates.start_date
        and erp_rates.end_date < crm_rates.next_start_date
),

problems as (
    select period_id, from_currency, to_currency, crm, crm_rate, erp, erp_rate
    from compared
    where abs(crm_rate - erp_rate) > erp_rate * 0.02
)

select * from problems
