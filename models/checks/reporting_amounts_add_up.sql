-- Proves that in every cell that is validated the breaks' reporting amounts add up to the variance in the reporting currency.
-- owner: finance
-- severity: error
-- blocks: true
with breaks as (
    select period_id, customer_id, currency, legal_entity, sum(reporting_amount) as amount
    from marts.breaks
    group by period_id, customer_id, currency, legal_entity
),

problems as (
    select
        cells.period_id, cells.customer_id, cells.currency, cells.legal_entity, cells.variance_reporting_amount,
        coalesce(breaks.amount, 0) as breaks_amount
    from marts.cells as cells
    left join breaks
        on cells.period_id = breaks.period_id and cells.customer_id = breaks.customer_id
        and cells.currency = breaks.currency and cells.legal_entity = breaks.legal_entity
    where cells.is_validated and cells.variance_reporting_amount is distinct from coalesce(breaks.amount, 0)
)

select * from problems
