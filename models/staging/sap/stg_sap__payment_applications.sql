-- What settled each SAP invoice: a line that names it, of a payment or a credit memo; and, for what is left of a line when it was cleared, the
-- payment that was cleared with it or, without one, the credit memo. What a payment leaves open as a line of its own that names the invoice (a
-- residual item) is not settled by it, but by what clears that line. One row per settling line, and per line that was cleared.
-- key: payment_application_id
with items as (
    select
        *,
        document_type in ('DZ', 'ZP') as is_payment
    from staging.base_sap__customer_items
    where not is_deleted
),

invoice_items as (
    select
        items.*,
        row_number() over (partition by items.journal_id order by items.item_id) as place
    from items
    inner join staging.stg_sap__invoices as invoices
        on items.billing_id = invoices.invoice_id
    where not items.is_payment
),

-- A reference without a line is the first line's. A line on the invoice's own side adds to what is open.
naming as (
    select
        items.*,
        invoice_items.billing_id as invoice_id,
        invoice_items.item_id as invoice_item_id,
        (items.amount > 0) = (invoice_items.amount > 0) as is_residual
    from items
    inner join invoice_items
        on items.settles_journal_id = invoice_items.journal_id
        and (
            items.settles_item = invoice_items.item_number
            or (items.settles_item is null and invoice_items.place = 1)
        )
),

named_totals as (
    select invoice_item_id, sum(amount) as amount
    from naming
    where not is_residual
    group by invoice_item_id
),

residual_totals as (
    select invoice_item_id, journal_id, sum(amount) as amount
    from naming
    where is_residual
    group by invoice_item_id, journal_id
),

to_clear as (
    select
        invoice_items.item_id as item_id,
        invoice_items.billing_id as invoice_id,
        invoice_items.amount + coalesce(named_totals.amount, 0) - coalesce(residual_totals.amount, 0) as amount
    from invoice_items
    left join named_totals
        on invoice_items.item_id = named_totals.invoice_item_id
    left join residual_totals
        on invoice_items.item_id = residual_totals.invoice_item_id
        and invoice_items.clearing_journal_id = residual_totals.journal_id
    union all
    select item_id, invoice_id, amount
    from naming
    where is_residual
),

credit_memos as (
    select document_id
    from staging.base_sap__documents
    where category = 'O'
),

-- What names nothing and was cleared by a journal entry: its own line, or one that was posted before.
settlers as (
    select
        coalesce(items.clearing_journal_id, items.journal_id) as clears_by,
        items.item_id as item_id,
        items.is_payment as is_payment,
        items.journal_id = coalesce(items.clearing_journal_id, items.journal_id) as is_own,
        case when items.is_payment then items.item_id end as payment_id,
        case when not items.is_payment then credit_memos.document_id end as credit_note_id
    from items
    left join credit_memos
        on items.billing_id = credit_memos.document_id
    where items.settles_journal_id is null and items.amount < 0 and (items.is_payment or credit_memos.document_id is not null)
),

settling as (
    select
        clears_by,
        payment_id,
        credit_note_id,
        row_number() over (partition by clears_by order by is_payment desc, is_own desc, item_id) as place
    from settlers
),

united as (
    select
        source,
        source_id,
        case when is_payment then item_id end as payment_id,
        case when not is_payment then billing_id end as credit_note_id,
        invoice_id,
        posting_date as applied_date,
        -amount as amount,
        currency
    from naming
    where not is_residual
    union all
    select
        items.source,
        items.source_id || '@' || items.clearing_journal,
        settling.payment_id,
        settling.credit_note_id,
        to_clear.invoice_id,
        items.clearing_date,
        to_clear.amount,
        items.currency
    from to_clear
    inner join items
        on to_clear.item_id = items.item_id
    inner join settling
        on items.clearing_journal_id = settling.clears_by
        and settling.place = 1
    where to_clear.amount <> 0
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
