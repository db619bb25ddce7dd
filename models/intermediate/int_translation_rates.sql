-- The rate at which the ERP translates each legal entity's currency into the reporting currency in each period: the average consolidation rate, else (and
-- always under the policy crm) the rate that int_policy_rates has. One row per currency and period that has a rate.
-- key: currency, period_id
with settings as (
    select * from intermediate.int_settings
),

averages as (
    select rates.from_currency as currency, rates.period_id, max(rates.rate) as rate
    from intermediate.int_exchange_rates as rates
    inner join settings
        on rates.to_currency = settings.reporting_currency
    where rates.kind = 'average'
    group by rates.from_currency, rates.period_id
),

translation as (
    select
        policy_rates.currency as currency,
        policy_rates.period_id as period_id,
        case when policy_rates.basis in ('reporting currency', 'CRM rate at the end of the period') then policy_rates.rate else coalesce(averages.rate, policy_rates.rate) end as rate
    from intermediate.int_policy_rates as policy_rates
    left join averages
        on policy_rates.currency = averages.currency
        and policy_rates.period_id = averages.period_id
)

select * from translation
