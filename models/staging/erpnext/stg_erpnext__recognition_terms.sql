-- Over which days ERPNext recognises a deferred invoice line: from its service start to its service end, or to the day on which it was stopped.
-- Whether by days or by months is a setting of the site, which is not read. One row per deferred invoice line.
-- key: recognition_term_id
with lines as (
    select
        _connection, _key, name,
        try_cast(substr(service_start_date, 1, 10) as date) as start_date,
        try_cast(substr(service_end_date, 1, 10) as date) as end_date,
        try_cast(substr(service_stop_date, 1, 10) as date) as stop_date
    from staging.base_erpnext__invoice_lines
    where enable_deferred_revenue = '1' and not _deleted
),

documents as (
    select * from staging.base_erpnext__document_lines
    where document = 'invoice'
),

invoices as (
    select document_id, currency from staging.base_erpnext__sales_invoices
),

terms as (
    select
        documents.line_id as recognition_term_id,
        documents.source as source,
        documents.source_id as source_id,
        documents.line_id as invoice_line_id,
        cast(null as varchar) as method,
        lines.start_date as start_date,
        case when lines.stop_date < lines.end_date then lines.stop_date else lines.end_date end as end_date,
        cast(null as decimal(38, 4)) as amount,
        invoices.currency as currency,
        documents.is_deleted as is_deleted
    from lines
    inner join documents
        on lines._connection || ':' || lines.name = documents.line_id
    inner join invoices
        on documents.document_id = invoices.document_id
)

select * from terms
