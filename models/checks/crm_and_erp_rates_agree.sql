-- Proves that each CRM's dated rate is within 2 % of each ERP's rate of the same day, for each period's last day and pair.
-- owner: finance
-- severity: warning
with rates as (
    select * from intermediate.int_exchange_rates
),

compared as (
    select
        periods.period_id, crm.from_currency, crm.to_currency, crm.source as crm, crm.rate as crm_rate, erp.source as erp, erp.rate as erp_rate
    from marts.periods as periods
    inner join rates as crm
        on crm.kind = 'crm'
        and periods.end_date >= crm.start_date
        and periods.end_date < coalesce(crm.next_start_date, date '9999-12-31')
    inner join rates as erp
        on erp.kind = 'erp'
        and crm.from_currency = erp.from_currency
        and crm.to_currency = erp.to_currency
        and periods.end_date >= erp.start_date
        and periods.end_date < coalesce(erp.next_start_date, date '9999-12-31')
),

problems as (
    select period_id, from_currency, to_currency, crm, crm_rate, erp, erp_rate
    from compared
    where abs(crm_rate - erp_rate) > erp_rate * 0.02
)

select * from problems
