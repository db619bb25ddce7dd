-- The company's periods up to the moment of the data. One row per period.
-- key: period_id
with periods as (
    select * from staging.stg_tieout__periods
),

as_of as (
    select cast(extracted_until as date) as as_of_date from raw.as_of
),

started as (
    select
        periods.period_id as period_id,
        periods.start_date as start_date,
        periods.end_date as end_date,
        periods.end_date < as_of.as_of_date as is_complete,
        periods.fiscal_year as fiscal_year,
        periods.fiscal_quarter as fiscal_quarter,
        periods.period_number as period_number
    from periods
    cross join as_of
    where periods.start_date <= as_of.as_of_date
)

select * from started
