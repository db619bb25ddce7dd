-- Oracle standard receipts. One row per receipt.
-- key: payment_id
with receipts as (
    select * from staging.base_oracle__receipts
),

places as (
    select source, business_unit_name, min(legal_entity_id) as legal_entity_id
    from staging.base_oracle__places
    group by source, business_unit_name
),

customers as (
    select _connection, account_number, min(account_id) as account_id
    from staging.base_oracle__customers
    group by _connection, account_number
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        receipts._connection || ':' || receipts.standard_receipt_id as payment_id,
        receipts._connection as source,
        receipts.standard_receipt_id as source_id,
        receipts.receipt_number as number,
        receipts._connection || ':' || customers.account_id as customer_id,
        places.legal_entity_id as legal_entity_id,
        receipts.currency as currency,
        try_cast(substr(receipts.receipt_date, 1, 10) as date) as payment_date,
        periods.period_id as period_id,
        coalesce(cast(try_cast(receipts.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(receipts.amount as decimal(38, 4))) as amount,
        coalesce(coalesce(cast(try_cast(receipts.unapplied_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(receipts.unapplied_amount as decimal(38, 4))), 0) as unapplied_amount,
        coalesce(lower(receipts.state) like 'revers%' or lower(receipts.status) like 'revers%', false) as is_voided,
        try_cast(substr(receipts.creation_date, 1, 19) as timestamp) as created_at,
        try_cast(substr(receipts.last_update_date, 1, 19) as timestamp) as modified_at,
        receipts._deleted as is_deleted
    from receipts
    left join places
        on receipts._connection = places.source
        and receipts.business_unit = places.business_unit_name
    left join customers
        on receipts._connection = customers._connection
        and receipts.customer_account_number = customers.account_number
    left join periods
        on try_cast(substr(coalesce(receipts.accounting_date, receipts.receipt_date), 1, 10) as date) between periods.start_date and periods.end_date
)

select * from renamed
