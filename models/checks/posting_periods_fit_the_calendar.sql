-- Proves that every accounting period of NetSuite lies in one period of the company's calendar: what is posted in one that reaches into the next
-- counts where it starts, and the cut-off is another one than the company's.
-- owner: finance
-- severity: error
with accounting_periods as (
    select
        _connection, id, periodname, try_cast(substr(startdate, 1, 10) as date) as start_date, try_cast(substr(enddate, 1, 10) as date) as end_date
    from staging.base_netsuite__accounting_periods
    where not _deleted and coalesce(isyear, 'F') = 'F' and coalesce(isquarter, 'F') = 'F'
),

periods as (
    select * from staging.stg_tieout__periods
),

problems as (
    select
        accounting_periods._connection as connection, accounting_periods.periodname as accounting_period, accounting_periods.start_date,
        accounting_periods.end_date, periods.period_id, periods.end_date as period_end_date
    from accounting_periods
    inner join periods
        on accounting_periods.start_date between periods.start_date and periods.end_date
    where accounting_periods.end_date > periods.end_date
)

select * from problems
