-- Money that came in or went back, in one form: payments of invoices (those of one batch together, as the bank saw them), refunds (negative),
-- overpayments and prepayments with what of them is not allocated yet. A refund that does not say its currency or its customer has those of what it
-- pays back. One row per receipt.
-- key: _connection, receipt_key
with payments as (
    select * from staging.base_xero__payments
    where payment_type in ('ACCRECPAYMENT', 'ARCREDITPAYMENT', 'AROVERPAYMENTPAYMENT', 'ARPREPAYMENTPAYMENT')
),

organisations as (
    select * from staging.base_xero__organisations
    where not _deleted
),

paid_back as (
    select _connection, _key, contact_id, currency_code from staging.base_xero__credit_notes
    union all
    select _connection, _key, contact_id, currency_code from staging.base_xero__overpayments
    union all
    select _connection, _key, contact_id, currency_code from staging.base_xero__prepayments
),

batches as (
    select * from staging.base_xero__batch_payments
    where type = 'RECBATCH'
),

single as (
    select
        payments._connection as _connection,
        payments.payment_id as receipt_key,
        payments.reference as number,
        coalesce(payments.contact_id, paid_back.contact_id) as contact_id,
        coalesce(payments.currency_code, paid_back.currency_code) as currency_code,
        payments.date as date,
        case when payments.payment_type = 'ACCRECPAYMENT' then 1 else -1 end
            * coalesce(cast(try_cast(payments.amount as decimal(18, 4)) as decimal(38, 4)), try_cast(payments.amount as decimal(38, 4))) as amount,
        cast(0 as decimal(38, 4)) as unapplied_amount,
        false as is_voided,
        payments.updated_date_utc as updated_date_utc,
        payments._deleted or coalesce(payments.status = 'DELETED', false) as is_deleted
    from payments
    left join paid_back
        on payments._connection = paid_back._connection
        and coalesce(payments.credit_note_id, payments.overpayment_id, payments.prepayment_id, payments.invoice_id) = paid_back._key
    left join batches
        on payments._connection = batches._connection
        and payments.batch_payment_id = batches.batch_payment_id
    where batches.batch_payment_id is null
),

batched as (
    select
        batches._connection as _connection,
        batches.batch_payment_id as receipt_key,
        max(batches.reference) as number,
        case when count(distinct payments.contact_id) = 1 then max(payments.contact_id) end as contact_id,
        max(payments.currency_code) as currency_code,
        max(batches.date) as date,
        max(coalesce(cast(try_cast(batches.total_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(batches.total_amount as decimal(38, 4)))) as amount,
        cast(0 as decimal(38, 4)) as unapplied_amount,
        false as is_voided,
        max(batches.updated_date_utc) as updated_date_utc,
        bool_or(batches._deleted or coalesce(batches.status = 'DELETED', false)) as is_deleted
    from batches
    left join payments
        on batches._connection = payments._connection
        and batches.batch_payment_id = payments.batch_payment_id
    group by batches._connection, batches.batch_payment_id
),

kept_credits as (
    select
        _connection, overpayment_id as receipt_key, reference as number, contact_id, currency_code, date, total, remaining_credit, status,
        updated_date_utc, _deleted
    from staging.base_xero__overpayments
    where type in ('RECEIVE-OVERPAYMENT', 'AROVERPAYMENT')
    union all
    select
        _connection, prepayment_id as receipt_key, reference as number, contact_id, currency_code, date, total, remaining_credit, status,
        updated_date_utc, _deleted
    from staging.base_xero__prepayments
    where type in ('RECEIVE-PREPAYMENT', 'ARPREPAYMENT')
),

credits as (
    select
        kept_credits._connection as _connection,
        kept_credits.receipt_key as receipt_key,
        kept_credits.number as number,
        kept_credits.contact_id as contact_id,
        kept_credits.currency_code as currency_code,
        kept_credits.date as date,
        coalesce(cast(try_cast(kept_credits.total as decimal(18, 4)) as decimal(38, 4)), try_cast(kept_credits.total as decimal(38, 4))) as amount,
        coalesce(cast(try_cast(kept_credits.remaining_credit as decimal(18, 4)) as decimal(38, 4)), try_cast(kept_credits.remaining_credit as decimal(38, 4))) as unapplied_amount,
        coalesce(kept_credits.status = 'VOIDED', false) as is_voided,
        kept_credits.updated_date_utc as updated_date_utc,
        kept_credits._deleted or coalesce(kept_credits.status = 'DELETED', false) as is_deleted
    from kept_credits
),

receipts as (
    select * from single
    union all
    select * from batched
    union all
    select * from credits
),

placed as (
    select
        receipts.*,
        organisations._connection || ':' || organisations.organisation_id as legal_entity_id,
        coalesce(receipts.currency_code, organisations.base_currency) as currency
    from receipts
    left join organisations
        on receipts._connection = organisations._connection
)

select * from placed
