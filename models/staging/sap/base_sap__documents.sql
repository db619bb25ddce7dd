-- SAP billing documents with the company code's currency, their rate (turned round where it is quoted the other way), their journal entry, and
-- the company period in which they were posted: that of the journal entry's posting date, else of the billing date. Document numbers are
-- compared without zeros in front, which some services show and some don't. A down payment request (billing category P) is called so: it asks for
-- money and bills nothing. One row per billing document.
-- key: document_id
with billing_documents as (
    select * from staging.base_sap__billing_documents
),

company_codes as (
    select * from staging.base_sap__company_codes
),

-- A billing document of one payer has one line on the customer's account; with instalments, several.
entries as (
    select
        _connection, coalesce(cast(try_cast(billing_document as bigint) as varchar), billing_document) as billing_document,
        min(try_cast(substr(posting_date, 1, 10) as date)) as posting_date,
        max(try_cast(substr(net_due_date, 1, 10) as date)) as due_date
    from staging.base_sap__receivables
    where not _deleted and coalesce(billing_document, '') <> ''
    group by _connection, coalesce(cast(try_cast(billing_document as bigint) as varchar), billing_document)
),

periods as (
    select * from staging.stg_tieout__periods
),

typed as (
    select
        billing_documents._connection as source,
        billing_documents._key as source_id,
        billing_documents._connection || ':billing/' || billing_documents._key as document_id,
        coalesce(cast(try_cast(billing_documents.billing_document as bigint) as varchar), billing_documents.billing_document) as number,
        case when billing_documents.billing_document_category = 'P' then 'down payment request' else billing_documents.sddocument_category end as category,
        billing_documents._connection || ':billing/'
            || nullif(coalesce(cast(try_cast(billing_documents.cancelled_billing_document as bigint) as varchar), billing_documents.cancelled_billing_document), '')
            as cancelled_id,
        coalesce(billing_documents.billing_document_is_cancelled = 'true', false) as is_cancelled,
        coalesce(billing_documents.accounting_posting_status = 'C' or coalesce(billing_documents.accounting_document, '') <> '', false) as is_posted,
        billing_documents._connection || ':' || coalesce(cast(try_cast(billing_documents.sold_to_party as bigint) as varchar), billing_documents.sold_to_party) as customer_id,
        billing_documents._connection || ':' || billing_documents.company_code as legal_entity_id,
        company_codes.currency as company_currency,
        billing_documents.transaction_currency as currency,
        nullif(trim(billing_documents.crm_opportunity), '') as crm_reference,
        lower(coalesce(nullif(billing_documents.channel, ''), billing_documents.distribution_channel)) as channel,
        try_cast(substr(billing_documents.billing_document_date, 1, 10) as date) as document_date,
        try_cast(billing_documents.abslt_accounting_exchange_rate as decimal(18, 10)) as stated_rate,
        coalesce(billing_documents.acctg_exchange_rate_is_indrct_qtan = 'true', false) as is_indirect,
        coalesce(coalesce(cast(try_cast(billing_documents.total_net_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(billing_documents.total_net_amount as decimal(38, 4))), 0) as net_amount,
        coalesce(coalesce(cast(try_cast(billing_documents.tax_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(billing_documents.tax_amount as decimal(38, 4))), 0) as tax_amount,
        billing_documents.invoice_clearing_status as clearing_status,
        try_cast(billing_documents.creation_date || ' ' || coalesce(nullif(substr(billing_documents.creation_time, 3, 2) || ':'
            || substr(billing_documents.creation_time, 6, 2) || ':' || substr(billing_documents.creation_time, 9, 2), '::'), '00:00:00') as timestamp) as created_at,
        try_cast(substr(billing_documents.last_change_date_time, 1, 19) as timestamp) as modified_at,
        billing_documents._deleted as is_deleted
    from billing_documents
    left join company_codes
        on billing_documents._connection = company_codes._connection
        and billing_documents.company_code = company_codes.company_code
),

posted as (
    select
        typed.*,
        coalesce(entries.posting_date, typed.document_date) as posting_date,
        coalesce(entries.due_date, typed.document_date) as due_date,
        case
            when typed.currency = typed.company_currency then cast(1 as decimal(18, 10))
            when typed.is_indirect then
                cast(round(cast(cast(1 as double) / cast(nullif(typed.stated_rate, 0) as double) as decimal(38, 15)), 10) as decimal(18, 10))
            else typed.stated_rate
        end as exchange_rate
    from typed
    left join entries
        on typed.source = entries._connection
        and typed.number = entries.billing_document
),

placed as (
    select posted.*, periods.period_id as period_id
    from posted
    left join periods
        on posted.posting_date between periods.start_date and periods.end_date
)

select * from placed
