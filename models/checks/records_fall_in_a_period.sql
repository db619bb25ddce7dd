-- Proves that every won deal and every revenue entry lies in a period, at a legal entity and with a currency that the configuration knows. What lies
-- before the calendar and before go-live needs no period.
-- owner: finance
-- severity: error
with calendar as (
    select min(start_date) as first_date from staging.stg_tieout__periods
),

settings as (
    select go_live from intermediate.int_settings
),

records as (
    select 'deal' as record, opportunity_id as record_id, close_date as own_date, period_id, legal_entity, currency
    from intermediate.int_deals
    union all
    select 'revenue entry' as record, revenue_entry_id as record_id, posting_date as own_date, period_id, legal_entity, currency
    from intermediate.int_revenue
),

problems as (
    select records.record, records.record_id, records.period_id, records.legal_entity, records.currency
    from records
    cross join calendar
    cross join settings
    where records.legal_entity = '(none)' or records.currency is null or records.currency = '(none)'
        or (
            records.period_id = '(none)'
            and not coalesce(records.own_date < calendar.first_date and records.own_date < settings.go_live, false)
        )
)

select * from problems
