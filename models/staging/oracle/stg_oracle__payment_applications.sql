-- What settled each Oracle invoice: receipts and credit memos that were applied to it. Those that were reversed stay, marked as not the latest.
-- One row per application.
-- key: payment_application_id
with united as (
    select
        _connection, 'receipt' as document, application_id, standard_receipt_id as document_id, reference_transaction_id, application_date,
        application_amount, entered_currency, application_status, is_latest_application, _deleted
    from staging.base_oracle__receipt_applications
    union all
    select
        _connection, 'credit_memo' as document, application_id, credit_memo_id as document_id, reference_transaction_id, application_date,
        application_amount, entered_currency, application_status, is_latest_application, _deleted
    from staging.base_oracle__credit_memo_applications
),

renamed as (
    select
        united._connection || ':' || united.application_id as payment_application_id,
        united._connection as source,
        united.application_id as source_id,
        case when united.document = 'receipt' then united._connection || ':' || united.document_id end as payment_id,
        case when united.document = 'credit_memo' then united._connection || ':' || united.document_id end as credit_note_id,
        united._connection || ':' || united.reference_transaction_id as invoice_id,
        try_cast(substr(united.application_date, 1, 10) as date) as applied_date,
        coalesce(cast(try_cast(united.application_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(united.application_amount as decimal(38, 4))) as amount,
        united.entered_currency as currency,
        united._deleted or coalesce(lower(united.is_latest_application) in ('no', 'n', 'false'), false)
            or coalesce(lower(united.application_status) like 'revers%', false) as is_deleted
    from united
    where united.reference_transaction_id is not null
)

select * from renamed
