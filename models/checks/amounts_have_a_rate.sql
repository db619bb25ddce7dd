-- Proves that every cell of a period can be shown in the reporting currency: its amounts have a valid rate on both sides.
-- owner: finance
-- severity: warning
with problems as (
    select
        period_id, customer_name, currency, legal_entity, bookings_amount, revenue_amount, reporting_currency, memo_rate, bookings_memo_amount,
        revenue_memo_amount
    from marts.cells
    where not is_validated and period_id <> '(none)'
)

select * from problems
