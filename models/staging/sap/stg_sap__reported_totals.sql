-- What SAP itself adds up: by how much its trial balance moved in each calendar month, per company code and income account, credits positive.
-- Where the company's periods are not calendar months, all months together. One row per sum.
-- key: reported_total_id
with totals as (
    select base.*,
        coalesce(coalesce(cast(try_cast(base.starting_balance as decimal(18, 4)) as decimal(38, 4)), try_cast(base.starting_balance as decimal(38, 4))), 0)
            - coalesce(coalesce(cast(try_cast(base.ending_balance as decimal(18, 4)) as decimal(38, 4)), try_cast(base.ending_balance as decimal(38, 4))), 0) as amount
    from staging.base_sap__trial_balance as base
    where substr(base.from_date, 1, 7) = substr(base.to_date, 1, 7)
),

periods as (
    select * from staging.stg_tieout__periods
),

other_periods as (
    select count(*) as period_count from periods where not is_calendar_month
),

renamed as (
    select
        totals._connection || ':revenue:' || totals._key as reported_total_id,
        totals._connection as source,
        totals._key as source_id,
        'revenue' as measure,
        totals._connection || ':' || totals.company_code as legal_entity_id,
        totals.glaccount as account,
        case when other_periods.period_count = 0 then coalesce(periods.period_id, '(none)') end as period_id,
        cast(null as varchar) as due_month,
        cast(null as varchar) as of_currency,
        cast(totals.amount as decimal(38, 4)) as amount,
        totals.company_code_currency as currency,
        false as is_translated_here,
        false as is_posted_later,
        cast(null as bigint) as record_count,
        totals._extracted_at as reported_at,
        totals._deleted as is_deleted
    from totals
    left join periods
        on try_cast(substr(totals.to_date, 1, 10) as date) between periods.start_date and periods.end_date
    cross join other_periods
    where totals.amount <> 0
)

select * from renamed
