-- Proves that what the ERP recognised of each invoice line up to each period is what the line's own rule computes, to the minor unit. A line is named once,
-- with the first period in which it isn't.
-- owner: finance
-- severity: warning
with differing as (
    select computed.*, periods.start_date as period_start_date
    from marts.computed_revenue as computed
    inner join staging.stg_tieout__periods as periods
        on computed.period_id = periods.period_id
    where computed.state = 'differs'
),

problems as (
    select
        invoice_line_id, min(document_number) as document_number, min(legal_entity) as legal_entity, min(currency) as currency,
        min_by(period_id, period_start_date) as period_id, min_by(computed_to_date_amount, period_start_date) as computed_to_date_amount,
        min_by(recognised_to_date_amount, period_start_date) as recognised_to_date_amount, count(*) as period_count
    from differing
    group by invoice_line_id
)

select * from problems
