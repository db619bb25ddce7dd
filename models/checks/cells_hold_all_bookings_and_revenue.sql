-- Proves that nothing was lost or doubled between the systems' records and the cells: bookings and revenue per currency are the same in both.
-- owner: finance
-- severity: error
-- blocks: true
with recorded as (
    select coalesce(opportunities.currency, '(none)') as currency, opportunities.amount as bookings, cast(0 as decimal(38, 4)) as revenue
    from canonical.opportunities as opportunities
    where opportunities.is_won and not opportunities.is_deleted and opportunities.amount is not null
    union all
    select currency, cast(0 as decimal(38, 4)) as bookings, coalesce(amount, 0) as revenue
    from canonical.revenue_entries
    where not is_deleted
),

totals as (
    select currency, sum(bookings) as bookings, sum(revenue) as revenue from recorded group by currency
),

in_cells as (
    select currency, sum(bookings_amount) as bookings, sum(revenue_amount) as revenue from marts.cells group by currency
),

problems as (
    select
        coalesce(totals.currency, in_cells.currency) as currency, totals.bookings as recorded_bookings, in_cells.bookings as cell_bookings,
        totals.revenue as recorded_revenue, in_cells.revenue as cell_revenue
    from totals
    full join in_cells
        on totals.currency = in_cells.currency
    where coalesce(totals.bookings, 0) <> coalesce(in_cells.bookings, 0) or coalesce(totals.revenue, 0) <> coalesce(in_cells.revenue, 0)
)

select * from problems
