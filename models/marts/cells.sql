-- Bookings, billings and revenue of every cell, in its own currency and in the reporting currency. A cell that is not validated (an amount in it has no
-- rate) has none of the latter; its memo amounts are bookings at the CRM's rate of their close date, billings and revenue at the CRM's rate of the
-- period's last day, and belong in no total. One row per period, customer, currency and legal entity.
-- key: period_id, customer_id, currency, legal_entity
-- owner: finance
with cells as (
    select * from intermediate.int_cells
),

customers as (
    select * from intermediate.int_customers
),

-- What rounding to the reporting currency leaves is at most half a minor unit for each memo.
memos as (
    select
        cells.period_id, cells.customer_id, cells.currency, cells.legal_entity, cells.crm_rate,
        cells.bookings_at_crm_rate as bookings_amount,
        cast(case cells.reporting_digits
            when 0 then cast(round(cells.billings_amount * cells.crm_rate, 0) as decimal(38, 4))
            when 2 then cast(round(cells.billings_amount * cells.crm_rate, 2) as decimal(38, 4))
            when 3 then cast(round(cells.billings_amount * cells.crm_rate, 3) as decimal(38, 4))
            else cast(round(cells.billings_amount * cells.crm_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as billings_amount,
        cast(case cells.reporting_digits
            when 0 then cast(round(cells.revenue_amount * cells.crm_rate, 0) as decimal(38, 4))
            when 2 then cast(round(cells.revenue_amount * cells.crm_rate, 2) as decimal(38, 4))
            when 3 then cast(round(cells.revenue_amount * cells.crm_rate, 3) as decimal(38, 4))
            else cast(round(cells.revenue_amount * cells.crm_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) as revenue_amount
    from cells
    where not cells.is_validated
),

listed as (
    select
        cells.period_id as period_id,
        cells.customer_id as customer_id,
        coalesce(customers.customer_name, cells.customer_id) as customer_name,
        cells.currency as currency,
        cells.legal_entity as legal_entity,
        cells.bookings_amount as bookings_amount,
        cells.billings_amount as billings_amount,
        cells.revenue_amount as revenue_amount,
        cast(cells.bookings_amount - cells.revenue_amount as decimal(38, 4)) as variance_amount,
        cells.reporting_currency as reporting_currency,
        case when cells.is_validated then cells.bookings_reporting_amount end as bookings_reporting_amount,
        case when cells.is_validated then cast(case cells.reporting_digits
            when 0 then cast(round(cells.billings_amount * cells.policy_rate, 0) as decimal(38, 4))
            when 2 then cast(round(cells.billings_amount * cells.policy_rate, 2) as decimal(38, 4))
            when 3 then cast(round(cells.billings_amount * cells.policy_rate, 3) as decimal(38, 4))
            else cast(round(cells.billings_amount * cells.policy_rate, 4) as decimal(38, 4))
        end as decimal(38, 4)) end as billings_reporting_amount,
        case when cells.is_validated then cells.revenue_reporting_amount end as revenue_reporting_amount,
        case when cells.is_validated then cast(cells.bookings_reporting_amount - cells.revenue_reporting_amount as decimal(38, 4)) end
            as variance_reporting_amount,
        cells.policy_rate as policy_rate,
        cells.is_validated as is_validated,
        memos.crm_rate as memo_rate,
        memos.bookings_amount as bookings_memo_amount,
        memos.billings_amount as billings_memo_amount,
        memos.revenue_amount as revenue_memo_amount,
        cast(memos.bookings_amount - memos.revenue_amount as decimal(38, 4)) as variance_memo_amount
    from cells
    left join memos
        on cells.period_id = memos.period_id and cells.customer_id = memos.customer_id
        and cells.currency = memos.currency and cells.legal_entity = memos.legal_entity
    left join customers
        on cells.customer_id = customers.customer_id
)

select * from listed
