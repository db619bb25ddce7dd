-- What settled each ERPNext invoice: a payment's reference, a journal's line, or a return that keeps no outstanding amount of its own.
-- Amounts are in the currency of the debtors' account. One row per application.
-- key: payment_application_id
with payment_references as (
    select * from staging.base_erpnext__payment_references
    where reference_doctype = 'Sales Invoice'
),

entries as (
    select * from staging.base_erpnext__payments
    where party_type = 'Customer' and docstatus in ('1', '2')
),

invoices as (
    select * from staging.base_erpnext__sales_invoices
),

journals as (
    select * from staging.base_erpnext__settling_journals
    where document_id is not null
),

returns_of_journals as (
    select source, journal, min(document_id) as credit_note_id
    from journals
    where is_return and voucher_type = 'Credit Note' and not is_deleted
    group by source, journal
    having count(distinct document_id) = 1
),

united as (
    select
        payment_references._connection as source,
        payment_references.name as source_id,
        payment_references._connection || ':' || payment_references.parent as payment_id,
        case when invoices.is_return then invoices.document_id end as credit_note_id,
        case when not invoices.is_return then invoices.document_id end as invoice_id,
        try_cast(substr(entries.posting_date, 1, 10) as date) as applied_date,
        coalesce(cast(try_cast(payment_references.allocated_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(payment_references.allocated_amount as decimal(38, 4))) as amount,
        case when entries.payment_type = 'Pay' then entries.paid_to_account_currency else entries.paid_from_account_currency end as currency,
        payment_references._deleted or entries._deleted or entries.docstatus = '2' as is_deleted
    from payment_references
    inner join entries
        on payment_references._connection = entries._connection
        and payment_references.parent = entries.name
    inner join invoices
        on payment_references._connection || ':' || payment_references.reference_name = invoices.document_id
    union all
    select
        journals.source, journals.source_id,
        case when coalesce(journals.voucher_type, '') <> 'Credit Note'
            then journals.source || ':' || journals.journal || '@' || journals.party || '@' || journals.currency end as payment_id,
        returns_of_journals.credit_note_id as credit_note_id,
        journals.document_id as invoice_id,
        journals.posting_date as applied_date,
        journals.amount as amount,
        journals.currency as currency,
        journals.is_deleted or journals.is_voided as is_deleted
    from journals
    left join returns_of_journals
        on journals.source = returns_of_journals.source
        and journals.journal = returns_of_journals.journal
    where not journals.is_return
    union all
    select
        invoices.source, invoices.source_id || '@' || invoices.returned_id as source_id,
        cast(null as varchar) as payment_id,
        invoices.document_id as credit_note_id,
        invoices.returned_id as invoice_id,
        invoices.posting_date as applied_date,
        -invoices.owed_amount as amount,
        invoices.currency as currency,
        invoices.is_deleted or invoices.is_voided as is_deleted
    from invoices
    where invoices.is_return and invoices.is_posted and invoices.returned_id is not null and not invoices.has_own_outstanding
),

renamed as (
    select
        united.source || ':' || united.source_id as payment_application_id,
        united.source as source,
        united.source_id as source_id,
        united.payment_id as payment_id,
        united.credit_note_id as credit_note_id,
        united.invoice_id as invoice_id,
        united.applied_date as applied_date,
        cast(united.amount as decimal(38, 4)) as amount,
        united.currency as currency,
        united.is_deleted as is_deleted
    from united
)

select * from renamed
