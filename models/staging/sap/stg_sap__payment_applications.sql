-- What settled each SAP invoice: a line that names it, of a payment or a credit memo; and, for what is left when it was cleared, the document
-- that cleared it. One row per settling line, and per invoice line that was cleared.
-- key: payment_application_id
with items as (
    select * from staging.base_sap__customer_items
    where not is_deleted
),

invoice_items as (
    select items.*
    from items
    inner join staging.stg_sap__invoices as invoices
        on items.billing_id = invoices.invoice_id
    where items.document_type not in ('DZ', 'ZP')
),

named as (
    select
        items.source as source,
        items.source_id as source_id,
        case when items.document_type in ('DZ', 'ZP') then items.item_id end as payment_id,
        case when items.document_type not in ('DZ', 'ZP') then items.billing_id end as credit_note_id,
        invoice_items.billing_id as invoice_id,
        invoice_items.item_id as invoice_item_id,
        items.posting_date as applied_date,
        -items.amount as amount,
        items.currency as currency
    from items
    inner join invoice_items
        on items.source = invoice_items.source
        and items.company_code = invoice_items.company_code
        and items.settles_journal = invoice_items.journal_number
),

named_totals as (
    select invoice_item_id, sum(amount) as amount
    from named
    group by invoice_item_id
),

payments as (
    select source, company_code, journal_number, min(item_id) as item_id
    from items
    where document_type in ('DZ', 'ZP') and settles_journal is null
    group by source, company_code, journal_number
),

cleared as (
    select
        invoice_items.source as source,
        invoice_items.source_id || '@' || invoice_items.clearing_journal as source_id,
        payments.item_id as payment_id,
        cast(null as varchar) as credit_note_id,
        invoice_items.billing_id as invoice_id,
        invoice_items.item_id as invoice_item_id,
        invoice_items.clearing_date as applied_date,
        invoice_items.amount - coalesce(named_totals.amount, 0) as amount,
        invoice_items.currency as currency
    from invoice_items
    inner join payments
        on invoice_items.source = payments.source
        and invoice_items.company_code = payments.company_code
        and invoice_items.clearing_journal = payments.journal_number
    left join named_totals
        on invoice_items.item_id = named_totals.invoice_item_id
),

united as (
    select * from named
    union all
    select * from cleared where amount <> 0
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
        false as is_deleted
    from united
)

select * from renamed
