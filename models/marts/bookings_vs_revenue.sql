-- Every cell with what lies between its bookings and its revenue: one column per break code, in the cell's own currency, adding up to the variance.
-- One row per period, customer, currency and legal entity.
-- key: period_id, customer_id, currency, legal_entity
-- owner: finance
with cells as (
    select * from marts.cells
),

per_code as (
    select
        period_id, customer_id, currency, legal_entity,
        sum(case when code = 'timing' then amount else 0 end) as timing_amount,
        sum(case when code = 'not_ordered' then amount else 0 end) as not_ordered_amount,
        sum(case when code = 'awaiting_approval' then amount else 0 end) as awaiting_approval_amount,
        sum(case when code = 'not_invoiced' then amount else 0 end) as not_invoiced_amount,
        sum(case when code = 'partly_invoiced' then amount else 0 end) as partly_invoiced_amount,
        sum(case when code = 'missing_in_crm' then amount else 0 end) as missing_in_crm_amount,
        sum(case when code = 'price' then amount else 0 end) as price_amount,
        sum(case when code = 'quantity' then amount else 0 end) as quantity_amount,
        sum(case when code = 'unit_of_measure' then amount else 0 end) as unit_of_measure_amount,
        sum(case when code = 'discount' then amount else 0 end) as discount_amount,
        sum(case when code = 'tax_or_freight' then amount else 0 end) as tax_or_freight_amount,
        sum(case when code = 'exchange_rate' then amount else 0 end) as exchange_rate_amount,
        sum(case when code = 'currency_mismatch' then amount else 0 end) as currency_mismatch_amount,
        sum(case when code = 'duplicate' then amount else 0 end) as duplicate_amount,
        sum(case when code = 'cancelled_or_credited' then amount else 0 end) as cancelled_or_credited_amount,
        sum(case when code = 'wrong_customer' then amount else 0 end) as wrong_customer_amount,
        sum(case when code = 'wrong_entity' then amount else 0 end) as wrong_entity_amount,
        sum(case when code = 'deferred' then amount else 0 end) as deferred_amount,
        sum(case when code = 'out_of_scope' then amount else 0 end) as out_of_scope_amount,
        sum(case when code = 'rounding' then amount else 0 end) as rounding_amount,
        sum(case when code = 'unexplained' then amount else 0 end) as unexplained_amount
    from intermediate.int_breaks
    group by period_id, customer_id, currency, legal_entity
),

listed as (
    select
        cells.period_id as period_id,
        cells.customer_id as customer_id,
        cells.customer_name as customer_name,
        cells.currency as currency,
        cells.legal_entity as legal_entity,
        cells.bookings_amount as bookings_amount,
        cells.billings_amount as billings_amount,
        cells.revenue_amount as revenue_amount,
        cells.variance_amount as variance_amount,
        cells.reporting_currency as reporting_currency,
        cells.bookings_reporting_amount as bookings_reporting_amount,
        cells.billings_reporting_amount as billings_reporting_amount,
        cells.revenue_reporting_amount as revenue_reporting_amount,
        cells.variance_reporting_amount as variance_reporting_amount,
        cells.policy_rate as policy_rate,
        cells.is_validated as is_validated,
        cells.memo_rate as memo_rate,
        cells.bookings_memo_amount as bookings_memo_amount,
        cells.billings_memo_amount as billings_memo_amount,
        cells.revenue_memo_amount as revenue_memo_amount,
        cells.variance_memo_amount as variance_memo_amount,
        cast(coalesce(per_code.timing_amount, 0) as decimal(38, 4)) as timing_amount,
        cast(coalesce(per_code.not_ordered_amount, 0) as decimal(38, 4)) as not_ordered_amount,
        cast(coalesce(per_code.awaiting_approval_amount, 0) as decimal(38, 4)) as awaiting_approval_amount,
        cast(coalesce(per_code.not_invoiced_amount, 0) as decimal(38, 4)) as not_invoiced_amount,
        cast(coalesce(per_code.partly_invoiced_amount, 0) as decimal(38, 4)) as partly_invoiced_amount,
        cast(coalesce(per_code.missing_in_crm_amount, 0) as decimal(38, 4)) as missing_in_crm_amount,
        cast(coalesce(per_code.price_amount, 0) as decimal(38, 4)) as price_amount,
        cast(coalesce(per_code.quantity_amount, 0) as decimal(38, 4)) as quantity_amount,
        cast(coalesce(per_code.unit_of_measure_amount, 0) as decimal(38, 4)) as unit_of_measure_amount,
        cast(coalesce(per_code.discount_amount, 0) as decimal(38, 4)) as discount_amount,
        cast(coalesce(per_code.tax_or_freight_amount, 0) as decimal(38, 4)) as tax_or_freight_amount,
        cast(coalesce(per_code.exchange_rate_amount, 0) as decimal(38, 4)) as exchange_rate_amount,
        cast(coalesce(per_code.currency_mismatch_amount, 0) as decimal(38, 4)) as currency_mismatch_amount,
        cast(coalesce(per_code.duplicate_amount, 0) as decimal(38, 4)) as duplicate_amount,
        cast(coalesce(per_code.cancelled_or_credited_amount, 0) as decimal(38, 4)) as cancelled_or_credited_amount,
        cast(coalesce(per_code.wrong_customer_amount, 0) as decimal(38, 4)) as wrong_customer_amount,
        cast(coalesce(per_code.wrong_entity_amount, 0) as decimal(38, 4)) as wrong_entity_amount,
        cast(coalesce(per_code.deferred_amount, 0) as decimal(38, 4)) as deferred_amount,
        cast(coalesce(per_code.out_of_scope_amount, 0) as decimal(38, 4)) as out_of_scope_amount,
        cast(coalesce(per_code.rounding_amount, 0) as decimal(38, 4)) as rounding_amount,
        cast(coalesce(per_code.unexplained_amount, 0) as decimal(38, 4)) as unexplained_amount
    from cells
    left join per_code
        on cells.period_id = per_code.period_id and cells.customer_id = per_code.customer_id
        and cells.currency = per_code.currency and cells.legal_entity = per_code.legal_entity
)

select * from listed
