-- What SAP customers paid: lines on their accounts that no billing document posted and that a payment did (document types DZ and ZP).
-- What neither clears nor names an invoice is not applied. One row per line.
-- key: payment_id
with items as (
    select * from staging.base_sap__customer_items
    where document_type in ('DZ', 'ZP')
),

periods as (
    select * from staging.stg_tieout__periods
),

renamed as (
    select
        items.item_id as payment_id,
        items.source as source,
        items.source_id as source_id,
        items.journal_number as number,
        items.customer_id as customer_id,
        items.source || ':' || items.company_code as legal_entity_id,
        items.currency as currency,
        items.posting_date as payment_date,
        periods.period_id as period_id,
        cast(-items.amount as decimal(38, 4)) as amount,
        case when items.is_cleared or items.settles_journal_id is not null then cast(0 as decimal(38, 4)) else cast(-items.amount as decimal(38, 4)) end as unapplied_amount,
        items.is_reversal as is_voided,
        items.created_at as created_at,
        items.created_at as modified_at,
        items.is_deleted as is_deleted
    from items
    left join periods
        on items.posting_date between periods.start_date and periods.end_date
)

select * from renamed
