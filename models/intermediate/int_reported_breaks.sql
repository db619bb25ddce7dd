-- All breaks with their value in the reporting currency, and per cell the two rows that exist only there: the differences to the policy rate
-- (exchange_rate) and what rounding leaves. One row per item, code and cell.
-- key: item_id, code, period_id, customer_id, legal_entity, currency
with cells as (
    select * from intermediate.int_cells
),

breaks as (
    select
        breaks.*,
        cells.is_validated,
        case when cells.is_validated then cast(case cells.reporting_digits
            when 0 then cast(round(breaks.amount * cells.policy_rate, 0) as decimal(38, 4))
            when 2 then cast(round(breaks.amount * cells.policy_rate, 2) as decimal(38, 4))
            when 3 then cast(round(breaks.amount * cells.policy_rate, 3) as decimal(38, 4))
            else cast(round(breaks.amount * cells.policy_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) end as reporting_amount
    from intermediate.int_breaks as breaks
    inner join cells
        on breaks.period_id = cells.period_id and breaks.customer_id = cells.customer_id
        and breaks.currency = cells.currency and breaks.legal_entity = cells.legal_entity
),

break_sums as (
    select period_id, customer_id, currency, legal_entity, sum(reporting_amount) as reporting_amount
    from breaks
    group by period_id, customer_id, currency, legal_entity
),

differences as (
    select
        cells.*,
        coalesce(break_sums.reporting_amount, 0) as breaks_reporting_amount,
        cast(case cells.reporting_digits
            when 0 then cast(round(cells.bookings_reporting_amount - cells.bookings_amount * cells.policy_rate - cells.revenue_reporting_amount + cells.revenue_amount * cells.policy_rate, 0) as decimal(38, 4))
            when 2 then cast(round(cells.bookings_reporting_amount - cells.bookings_amount * cells.policy_rate - cells.revenue_reporting_amount + cells.revenue_amount * cells.policy_rate, 2) as decimal(38, 4))
            when 3 then cast(round(cells.bookings_reporting_amount - cells.bookings_amount * cells.policy_rate - cells.revenue_reporting_amount + cells.revenue_amount * cells.policy_rate, 3) as decimal(38, 4))
            else cast(round(cells.bookings_reporting_amount - cells.bookings_amount * cells.policy_rate - cells.revenue_reporting_amount + cells.revenue_amount * cells.policy_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as rate_difference
    from cells
    left join break_sums
        on cells.period_id = break_sums.period_id and cells.customer_id = break_sums.customer_id
        and cells.currency = break_sums.currency and cells.legal_entity = break_sums.legal_entity
    where cells.is_validated
),

translation as (
    select
        'cell:' || period_id || ':' || customer_id || ':' || legal_entity || ':' || currency as item_id, 'exchange_rate' as code, period_id,
        customer_id, legal_entity, currency, rate_difference as reporting_amount
    from differences
    union all
    select
        'cell:' || period_id || ':' || customer_id || ':' || legal_entity || ':' || currency as item_id, 'rounding' as code, period_id,
        customer_id, legal_entity, currency,
        bookings_reporting_amount - revenue_reporting_amount - breaks_reporting_amount - rate_difference as reporting_amount
    from differences
),

reported as (
    select
        item_id, code, period_id, customer_id, legal_entity, currency, amount, reporting_amount, is_validated, cause, opportunity_id,
        opportunity_line_id, order_id, document_id, crm_value, erp_value
    from breaks
    union all
    select
        item_id, code, period_id, customer_id, legal_entity, currency, cast(0 as decimal(38, 4)) as amount,
        cast(reporting_amount as decimal(38, 4)) as reporting_amount, true as is_validated, 'translation to the reporting currency' as cause,
        cast(null as varchar) as opportunity_id, cast(null as varchar) as opportunity_line_id, cast(null as varchar) as order_id,
        cast(null as varchar) as document_id, cast(null as varchar) as crm_value, cast(null as varchar) as erp_value
    from translation
    where reporting_amount <> 0
)

select * from reported
