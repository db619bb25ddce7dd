-- The two measures and the billings of every cell, in its own and in the reporting currency; a cell with an amount that has no rate is not validated
-- and has a memo instead: its amounts at the CRM's rates, where the CRM has them.
-- One row per period, customer, currency and legal entity.
-- key: period_id, customer_id, currency, legal_entity
with settings as (
    select * from intermediate.int_settings
),

currencies as (
    select * from staging.stg_tieout__currencies
),

reporting as (
    select settings.reporting_currency, coalesce(currencies.minor_digits, 2) as reporting_digits
    from settings
    left join currencies
        on settings.reporting_currency = currencies.currency
),

translated_deals as (
    select
        deals.period_id, deals.customer_id, deals.currency, deals.legal_entity, deals.amount,
        cast(case reporting.reporting_digits
            when 0 then cast(round(deals.amount * deals.reporting_rate, 0) as decimal(38, 4))
            when 2 then cast(round(deals.amount * deals.reporting_rate, 2) as decimal(38, 4))
            when 3 then cast(round(deals.amount * deals.reporting_rate, 3) as decimal(38, 4))
            else cast(round(deals.amount * deals.reporting_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as reporting_amount
    from intermediate.int_deals as deals
    cross join reporting
),

bookings as (
    select
        period_id, customer_id, currency, legal_entity, sum(amount) as bookings_amount, sum(reporting_amount) as bookings_reporting_amount,
        sum(case when reporting_amount is null then 1 else 0 end) as bookings_without_rate
    from translated_deals
    group by period_id, customer_id, currency, legal_entity
),

translated_revenue as (
    select
        revenue.period_id, revenue.customer_id, revenue.currency, revenue.legal_entity, revenue.amount,
        cast(case reporting.reporting_digits
            when 0 then cast(round(revenue.base_amount * translation.rate, 0) as decimal(38, 4))
            when 2 then cast(round(revenue.base_amount * translation.rate, 2) as decimal(38, 4))
            when 3 then cast(round(revenue.base_amount * translation.rate, 3) as decimal(38, 4))
            else cast(round(revenue.base_amount * translation.rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as reporting_amount
    from intermediate.int_revenue as revenue
    cross join reporting
    left join intermediate.int_translation_rates as translation
        on revenue.source = translation.erp
        and revenue.base_currency = translation.currency
        and revenue.period_id = translation.period_id
),

revenue as (
    select
        period_id, customer_id, currency, legal_entity, sum(amount) as revenue_amount, sum(reporting_amount) as revenue_reporting_amount,
        sum(case when reporting_amount is null then 1 else 0 end) as revenue_without_rate
    from translated_revenue
    group by period_id, customer_id, currency, legal_entity
),

periods as (
    select * from staging.stg_tieout__periods
),

crm_rates as (
    select * from intermediate.int_crm_rates
    where crm = '(company)'
),

billings as (
    select period_id, customer_id, currency, legal_entity, sum(amount) as billings_amount
    from intermediate.int_billings
    group by period_id, customer_id, currency, legal_entity
),

break_cells as (
    select distinct period_id, customer_id, currency, legal_entity from intermediate.int_breaks
),

cells as (
    select period_id, customer_id, currency, legal_entity from bookings
    union
    select period_id, customer_id, currency, legal_entity from revenue
    union
    select period_id, customer_id, currency, legal_entity from billings
    union
    select period_id, customer_id, currency, legal_entity from break_cells
),

joined as (
    select
        cells.period_id as period_id,
        cells.customer_id as customer_id,
        cells.currency as currency,
        cells.legal_entity as legal_entity,
        cast(coalesce(bookings.bookings_amount, 0) as decimal(38, 4)) as bookings_amount,
        cast(coalesce(billings.billings_amount, 0) as decimal(38, 4)) as billings_amount,
        cast(coalesce(revenue.revenue_amount, 0) as decimal(38, 4)) as revenue_amount,
        cast(coalesce(bookings.bookings_reporting_amount, 0) as decimal(38, 4)) as bookings_reporting_amount,
        cast(coalesce(revenue.revenue_reporting_amount, 0) as decimal(38, 4)) as revenue_reporting_amount,
        policy_rates.rate as policy_rate,
        policy_rates.basis as policy_basis,
        reporting.reporting_currency as reporting_currency,
        reporting.reporting_digits as reporting_digits,
        policy_rates.rate is not null and coalesce(bookings.bookings_without_rate, 0) = 0 and coalesce(revenue.revenue_without_rate, 0) = 0
            as is_validated,
        case when coalesce(bookings.bookings_without_rate, 0) = 0 then cast(coalesce(bookings.bookings_reporting_amount, 0) as decimal(38, 4)) end
            as bookings_at_crm_rate,
        case when cells.currency = reporting.reporting_currency then cast(1 as decimal(18, 10)) else crm_rates.rate end as crm_rate
    from cells
    cross join reporting
    left join bookings
        on cells.period_id = bookings.period_id and cells.customer_id = bookings.customer_id
        and cells.currency = bookings.currency and cells.legal_entity = bookings.legal_entity
    left join revenue
        on cells.period_id = revenue.period_id and cells.customer_id = revenue.customer_id
        and cells.currency = revenue.currency and cells.legal_entity = revenue.legal_entity
    left join billings
        on cells.period_id = billings.period_id and cells.customer_id = billings.customer_id
        and cells.currency = billings.currency and cells.legal_entity = billings.legal_entity
    left join intermediate.int_policy_rates as policy_rates
        on cells.currency = policy_rates.currency and cells.period_id = policy_rates.period_id
    left join periods
        on cells.period_id = periods.period_id
    left join crm_rates
        on cells.currency = crm_rates.from_currency
        and reporting.reporting_currency = crm_rates.to_currency
        and periods.end_date >= crm_rates.start_date
        and periods.end_date < crm_rates.next_start_date
)

select * from joined
