-- Proves that the CRM's rates lead to the reporting currency, directly or through the CRM's corporate currency, where a deal is in another currency.
-- Without such a rate no foreign deal could be translated: add the reporting currency to the CRM's currencies, or report in one that it has.
-- owner: finance
-- severity: error
-- blocks: true
with settings as (
    select * from intermediate.int_settings
),

rates as (
    select * from intermediate.int_crm_rates
),

foreign_deals as (
    select deals.source, deals.currency, settings.reporting_currency, count(*) as deal_count, sum(deals.amount) as amount
    from intermediate.int_deals as deals
    cross join settings
    where deals.currency <> settings.reporting_currency and deals.currency <> '(none)'
    group by deals.source, deals.currency, settings.reporting_currency
),

problems as (
    select foreign_deals.source, foreign_deals.currency, foreign_deals.reporting_currency, foreign_deals.deal_count, foreign_deals.amount
    from foreign_deals
    where exists (select 1 from rates where rates.crm = foreign_deals.source)
        and not exists (
            select 1 from rates
            inner join settings
                on rates.to_currency = settings.reporting_currency
            where rates.crm = foreign_deals.source
        )
)

select * from problems
