-- The company's periods that have begun by the moment of the data, in the zone of the company or of one of its legal entities. One is complete when it has
-- ended in all of them. One row per period.
-- key: period_id
with periods as (
    select * from staging.stg_tieout__periods
),

as_of as (
    select extracted_until, as_of_date from raw.as_of
),

midnights as (
    select period_id, starts_at, ends_at from periods
    union all
    select period_id, starts_at, ends_at from staging.stg_tieout__period_closes
),

ends as (
    select period_id, min(starts_at) as first_start, max(ends_at) as last_end
    from midnights
    group by period_id
),

-- A set of an earlier release has no midnights: then dates count.
started as (
    select
        periods.period_id as period_id,
        periods.start_date as start_date,
        periods.end_date as end_date,
        coalesce(as_of.extracted_until >= ends.last_end, periods.end_date < as_of.as_of_date) as is_complete,
        periods.fiscal_year as fiscal_year,
        periods.fiscal_quarter as fiscal_quarter,
        periods.period_number as period_number
    from periods
    cross join as_of
    inner join ends
        on periods.period_id = ends.period_id
    where coalesce(as_of.extracted_until >= ends.first_start, periods.start_date <= as_of.as_of_date)
)

select * from started
