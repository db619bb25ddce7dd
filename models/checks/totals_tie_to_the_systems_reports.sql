-- Proves that what was read record by record adds up to what the systems' own reports say: revenue, receivables and won deals, to the cent.
-- owner: finance
-- severity: error
with problems as (
    select
        measure, scope, period_id, legal_entity, account, due_month, of_currency, currency, reported_amount, recorded_amount, difference_amount,
        reported_count, recorded_count
    from marts.tie_out
    where state = 'differs'
)

select * from problems
