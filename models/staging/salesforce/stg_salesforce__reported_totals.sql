-- What Salesforce itself adds up of won opportunities, by close date, currency and, where the org has a field for
-- it, the deal's own legal entity (the company's code), in the corporate currency. None where the configuration takes the deals' amount or date from
-- other fields than those that are added up. One row per sum.
-- key: reported_total_id
with totals as (
    select * from staging.base_salesforce__booking_totals
),

corporate as (
    select _connection, iso_code from staging.base_salesforce__currency_types
    where is_corporate = 'true' and not _deleted
),

entity_codes as (
    select * from staging.stg_tieout__legal_entity_codes
),

periods as (
    select * from staging.stg_tieout__periods
),

connections as (
    select * from staging.stg_tieout__connections
),

renamed as (
    select
        totals._connection || ':bookings:' || totals._key as reported_total_id,
        totals._connection as source,
        totals._key as source_id,
        'bookings' as measure,
        case when totals.entity_group <> '(all)' then coalesce(entity_codes.legal_entity, '(none)') end as legal_entity_id,
        cast(null as varchar) as account,
        coalesce(periods.period_id, '(none)') as period_id,
        cast(null as varchar) as due_month,
        totals.currency_iso_code as of_currency,
        cast(round(coalesce(cast(try_cast(totals.total as decimal(18, 8)) as decimal(38, 8)), try_cast(totals.total as decimal(38, 8)), 0), 4) as decimal(38, 4)) as amount,
        coalesce(corporate.iso_code, totals.currency_iso_code) as currency,
        false as is_translated_here,
        false as is_posted_later,
        try_cast(totals.deal_count as bigint) as record_count,
        totals._extracted_at as reported_at,
        totals._deleted as is_deleted
    from totals
    left join connections
        on totals._connection = connections.connection
    left join corporate
        on totals._connection = corporate._connection
    left join entity_codes
        on totals._connection = entity_codes.connection
        and totals.entity_group = entity_codes.reference
    left join periods
        on try_cast(substr(totals.close_date, 1, 10) as date) between periods.start_date and periods.end_date
    where connections.booked_amount_field is null and connections.booked_on_field is null
)

select * from renamed
