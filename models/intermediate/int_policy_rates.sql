-- The rate at which each currency is shown in the reporting currency in each period: the policy's consolidation rate (closing or average); where the
-- ERP has none for the pair, its daily rate at the period's end. Policy crm: the CRM's dated rate of the period's last day, and no other. Of several
-- systems the first of the configuration that has one counts, for the whole company. One row per currency and period that has a rate.
-- key: currency, period_id
with periods as (
    select * from staging.stg_tieout__periods
),

settings as (
    select * from intermediate.int_settings
),

rates as (
    select * from intermediate.int_erp_rates
    where erp = '(company)'
),

crm_rates as (
    select * from intermediate.int_crm_rates
    where crm = '(company)'
),

currencies as (
    select distinct from_currency as currency from rates
    union
    select distinct to_currency as currency from rates
    union
    select distinct from_currency as currency from crm_rates
    union
    select distinct to_currency as currency from crm_rates
    union
    select reporting_currency as currency from settings
),

wanted as (
    select currencies.currency, periods.period_id, periods.end_date, settings.reporting_currency, settings.rate_policy
    from currencies
    cross join periods
    cross join settings
),

found as (
    select
        wanted.currency,
        wanted.period_id,
        max(case when wanted.currency = wanted.reporting_currency then cast(1 as decimal(18, 10)) end) as own_rate,
        max(per_period.rate) as period_rate,
        max(daily.rate) as daily_rate,
        max(crm.rate) as crm_rate,
        max(wanted.rate_policy) as rate_policy
    from wanted
    left join rates as per_period
        on wanted.currency = per_period.from_currency
        and wanted.reporting_currency = per_period.to_currency
        and wanted.period_id = per_period.period_id
        and wanted.rate_policy = per_period.kind
    left join rates as daily
        on wanted.currency = daily.from_currency
        and wanted.reporting_currency = daily.to_currency
        and daily.kind = 'erp'
        and wanted.end_date >= daily.start_date
        and wanted.end_date < daily.next_start_date
    left join crm_rates as crm
        on case when wanted.rate_policy = 'crm' then wanted.currency end = crm.from_currency
        and wanted.reporting_currency = crm.to_currency
        and wanted.end_date >= crm.start_date
        and wanted.end_date < crm.next_start_date
    group by wanted.currency, wanted.period_id
),

chosen as (
    select
        found.currency as currency,
        found.period_id as period_id,
        coalesce(found.own_rate, case when found.rate_policy = 'crm' then found.crm_rate else coalesce(found.period_rate, found.daily_rate) end) as rate,
        case
            when found.own_rate is not null then 'reporting currency'
            when found.rate_policy = 'crm' then 'CRM rate at the end of the period'
            when found.period_rate is not null then 'consolidation rate'
            else 'daily rate at the end of the period'
        end as basis
    from found
    where coalesce(found.own_rate, case when found.rate_policy = 'crm' then found.crm_rate else coalesce(found.period_rate, found.daily_rate) end) is not null
)

select * from chosen
