-- What ERPNext customers paid (negative: got back), and journals that settle like a payment, one for each customer and currency.
-- One row per payment.
-- key: payment_id
with entries as (
    select * from staging.base_erpnext__payments
    where party_type = 'Customer' and payment_type in ('Receive', 'Pay') and docstatus in ('1', '2')
),

journals as (
    select
        source, journal, party, currency, company,
        min(posting_date) as posting_date,
        sum(amount) as amount,
        sum(case when document_id is null then amount else 0 end) as unapplied_amount,
        bool_or(is_voided) as is_voided,
        min(created_at) as created_at,
        max(modified_at) as modified_at,
        bool_and(is_deleted) as is_deleted
    from staging.base_erpnext__settling_journals
    where coalesce(voucher_type, '') <> 'Credit Note'
    group by source, journal, party, currency, company
),

periods as (
    select * from staging.stg_tieout__periods
),

united as (
    select
        entries._connection as source,
        entries.name as source_id,
        entries.name as number,
        entries.party as party,
        entries.company as company,
        case when entries.payment_type = 'Receive' then entries.paid_from_account_currency else entries.paid_to_account_currency end as currency,
        try_cast(substr(entries.posting_date, 1, 10) as date) as payment_date,
        case when entries.payment_type = 'Receive' then coalesce(cast(try_cast(entries.paid_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(entries.paid_amount as decimal(38, 4))) else -coalesce(cast(try_cast(entries.received_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(entries.received_amount as decimal(38, 4))) end as amount,
        coalesce(coalesce(cast(try_cast(entries.unallocated_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(entries.unallocated_amount as decimal(38, 4))), 0) as unapplied_amount,
        entries.docstatus = '2' as is_voided,
        try_cast(substr(entries.creation, 1, 19) as timestamp) as created_at,
        try_cast(substr(entries.modified, 1, 19) as timestamp) as modified_at,
        entries._deleted as is_deleted
    from entries
    union all
    select
        source, journal || '@' || party || '@' || currency as source_id, journal as number, party, company, currency,
        posting_date as payment_date, amount, unapplied_amount, is_voided, created_at, modified_at, is_deleted
    from journals
    where amount <> 0
),

renamed as (
    select
        united.source || ':' || united.source_id as payment_id,
        united.source as source,
        united.source_id as source_id,
        united.number as number,
        united.source || ':' || united.party as customer_id,
        united.source || ':' || united.company as legal_entity_id,
        united.currency as currency,
        united.payment_date as payment_date,
        periods.period_id as period_id,
        cast(united.amount as decimal(38, 4)) as amount,
        cast(united.unapplied_amount as decimal(38, 4)) as unapplied_amount,
        united.is_voided as is_voided,
        united.created_at as created_at,
        united.modified_at as modified_at,
        united.is_deleted as is_deleted
    from united
    left join periods
        on united.payment_date between periods.start_date and periods.end_date
)

select * from renamed
