-- SAP's journal entry items on income accounts: credits positive, other documents by their number without zeros in front. What posts a billing
-- document refers to VBRK; event-based revenue recognition posts entries of its own, assigned to the sales document's item (PRRR, document
-- type RR, or business transaction TBRR: confirm on your system); all else is by hand or from elsewhere. Of a connection that takes revenue
-- from a ledger of the universal journal they are that ledger's items and no others; their reference is a billing document only where it is
-- of that kind. One row per item.
-- key: entry_id
with connections as (
    select connection, revenue_from from staging.stg_tieout__connections
),

operational as (
    select
        items._connection, items._key, items._deleted, items.company_code, items.fiscal_year, items.accounting_document,
        items.accounting_document_type, items.reference_document_type, items.billing_document, items.glaccount,
        items.amount_in_transaction_currency, items.transaction_currency, items.amount_in_company_code_currency, items.company_code_currency,
        items.posting_date, items.accounting_document_creation_date as creation_date, items.creation_time, items.customer,
        items.sales_document, items.sales_document_item, items.material, items.document_item_text
    from staging.base_sap__income_items as items
    left join connections
        on items._connection = connections.connection
    where connections.revenue_from is null
),

universal as (
    select
        items._connection, items._key, items._deleted, items.company_code, items.fiscal_year, items.accounting_document,
        items.accounting_document_type, items.reference_document_type,
        case when items.reference_document_type = 'VBRK' then items.reference_document end as billing_document, items.glaccount,
        items.amount_in_transaction_currency, items.transaction_currency, items.amount_in_company_code_currency, items.company_code_currency,
        items.posting_date, items.creation_date, items.creation_time, items.customer,
        items.sales_document, items.sales_document_item, coalesce(nullif(items.product, ''), items.sold_product) as material,
        items.document_item_text
    from staging.base_sap__journal_items as items
    inner join connections
        on items._connection = connections.connection
        and items.ledger = connections.revenue_from
),

items as (
    select * from operational
    union all
    select * from universal
),

documents as (
    select * from staging.base_sap__documents
),

typed as (
    select
        items._connection as source,
        items._key as source_id,
        items._connection || ':' || items._key as entry_id,
        items._connection || ':' || items.company_code || '/' || items.fiscal_year || '/'
            || coalesce(cast(try_cast(items.accounting_document as bigint) as varchar), items.accounting_document) as journal_id,
        coalesce(cast(try_cast(items.accounting_document as bigint) as varchar), items.accounting_document) as journal_number,
        items.reference_document_type = 'VBRK' as is_billing,
        coalesce(items.reference_document_type in ('PRRR', 'TBRR') or items.accounting_document_type = 'RR', false) as is_recognition,
        items._connection || ':' || items.company_code as legal_entity_id,
        items.glaccount as account,
        -(coalesce(coalesce(cast(try_cast(items.amount_in_transaction_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(items.amount_in_transaction_currency as decimal(38, 4))), 0)) as amount,
        items.transaction_currency as currency,
        -(coalesce(coalesce(cast(try_cast(items.amount_in_company_code_currency as decimal(18, 4)) as decimal(38, 4)), try_cast(items.amount_in_company_code_currency as decimal(38, 4))), 0)) as base_amount,
        items.company_code_currency as base_currency,
        try_cast(substr(items.posting_date, 1, 10) as date) as posting_date,
        items._connection || ':' || nullif(coalesce(cast(try_cast(items.customer as bigint) as varchar), items.customer), '') as customer_id,
        items._connection || ':billing/' || nullif(coalesce(cast(try_cast(items.billing_document as bigint) as varchar), items.billing_document), '') as billing_id,
        nullif(coalesce(cast(try_cast(items.sales_document as bigint) as varchar), items.sales_document), '') as sales_document,
        nullif(coalesce(cast(try_cast(items.sales_document_item as bigint) as varchar), items.sales_document_item), '0') as sales_document_item,
        nullif(items.material, '') as material,
        nullif(items.document_item_text, '') as memo,
        try_cast(items.creation_date || ' ' || coalesce(nullif(substr(items.creation_time, 3, 2) || ':'
            || substr(items.creation_time, 6, 2) || ':' || substr(items.creation_time, 9, 2), '::'), '00:00:00') as timestamp) as created_at,
        items._deleted as is_deleted
    from items
),

-- A document that cancels another, and what it cancels, are told as one: within one period they come to nothing.
billed as (
    select
        typed.*,
        documents.document_id as document_id,
        documents.cancelled_id as cancelled_id,
        documents.number as document_number,
        documents.category as category,
        documents.customer_id as document_customer_id
    from typed
    left join documents
        on typed.billing_id = documents.document_id
)

select * from billed
