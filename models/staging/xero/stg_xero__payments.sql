-- Xero's payments of sales invoices, refunds (negative), overpayments and prepayments. One row per receipt.
-- key: payment_id
with receipts as (
    select * from staging.base_xero__receipts
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        receipts._connection || ':' || receipts.receipt_key as payment_id,
        receipts._connection as source,
        receipts.receipt_key as source_id,
        receipts.number as number,
        receipts._connection || ':' || receipts.contact_id as customer_id,
        receipts.legal_entity_id as legal_entity_id,
        receipts.currency as currency,
        try_cast(substr(receipts.date, 1, 10) as date) as payment_date,
        periods.period_id as period_id,
        receipts.amount as amount,
        receipts.unapplied_amount as unapplied_amount,
        receipts.is_voided as is_voided,
        cast(null as timestamp) as created_at,
        try_cast(substr(receipts.updated_date_utc, 1, 19) as timestamp) as modified_at,
        receipts.is_deleted as is_deleted
    from receipts
    left join periods
        on try_cast(substr(receipts.date, 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
