-- Over which periods NetSuite recognises an invoice line: from the first to the last planned period of its revenue plan. The recognition method
-- stands in the plan's rule, which is not read. One row per invoice line with a plan.
-- key: recognition_term_id
with planned as (
    select * from staging.base_netsuite__planned_revenue
    where not _deleted
),

plans as (
    select * from staging.base_netsuite__revenue_plans
    where revenueplantype = 'ACTUAL' and not _deleted
),

accounting_periods as (
    select
        _connection, id, try_cast(substr(startdate, 1, 10) as date) as start_date, try_cast(substr(enddate, 1, 10) as date) as end_date
    from staging.base_netsuite__accounting_periods
    where not _deleted
),

lines as (
    select * from staging.base_netsuite__recognised_lines
),

terms as (
    select
        lines._connection || ':' || lines.source_id as recognition_term_id,
        lines._connection as source,
        lines.source_id as source_id,
        lines.line_id as invoice_line_id,
        cast(null as varchar) as method,
        min(accounting_periods.start_date) as start_date,
        max(accounting_periods.end_date) as end_date,
        cast(null as decimal(38, 4)) as amount,
        min(lines.currency) as currency,
        false as is_deleted
    from planned
    inner join plans
        on planned._connection = plans._connection
        and planned.revenueplan = plans.id
    inner join lines
        on plans._connection = lines._connection
        and plans.createdfrom = lines.revenue_element
    inner join accounting_periods
        on planned._connection = accounting_periods._connection
        and planned.plannedperiod = accounting_periods.id
    group by lines._connection, lines.source_id, lines.line_id
)

select * from terms
