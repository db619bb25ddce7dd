-- Which company period each NetSuite accounting period falls in, by its first day. One row per accounting period.
-- key: _connection, posting_period
with accounting_periods as (
    select * from staging.base_netsuite__accounting_periods
    where not _deleted and coalesce(isyear, 'F') = 'F' and coalesce(isquarter, 'F') = 'F'
),

periods as (
    select * from staging.stg_tieout__periods
),

matched as (
    select
        accounting_periods._connection as _connection,
        accounting_periods.id as posting_period,
        periods.period_id as period_id,
        periods.end_date as end_date
    from accounting_periods
    inner join periods
        on try_cast(substr(accounting_periods.startdate, 1, 10) as date) between periods.start_date and periods.end_date
)

select * from matched
