-- The rate at which each ERP translates its legal entities' currencies into the reporting currency in each period: the average consolidation rate that it
-- goes by, else (and always under the policy crm) the rate that int_policy_rates has. One row per ERP, currency and period that has a rate.
-- key: erp, currency, period_id
with settings as (
    select * from intermediate.int_settings
),

averages as (
    select rates.erp, rates.from_currency as currency, rates.period_id, max(rates.rate) as rate
    from intermediate.int_erp_rates as rates
    inner join settings
        on rates.to_currency = settings.reporting_currency
    where rates.kind = 'average'
    group by rates.erp, rates.from_currency, rates.period_id
),

erps as (
    select connection as erp from staging.stg_tieout__connections
    union
    select system as erp from intermediate.int_rate_sources
    where system <> '(company)'
),

translation as (
    select
        erps.erp as erp,
        policy_rates.currency as currency,
        policy_rates.period_id as period_id,
        case when policy_rates.basis in ('reporting currency', 'CRM rate at the end of the period') then policy_rates.rate else coalesce(averages.rate, policy_rates.rate) end as rate
    from intermediate.int_policy_rates as policy_rates
    cross join erps
    left join averages
        on erps.erp = averages.erp
        and policy_rates.currency = averages.currency
        and policy_rates.period_id = averages.period_id
)

select * from translation
