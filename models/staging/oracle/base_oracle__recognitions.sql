-- What Oracle Revenue Management recognised of invoice lines: the satisfaction events that were processed and not discarded, by the date of their
-- measurement, which is their accounting date. A source document's line is the invoice line itself, or the fulfillment line that a single one
-- bills. Also the lines that it manages without any event so far (amount null). One row per event, or per line without.
-- key: recognition_id
with source_lines as (
    select _connection, document_line_id, min(transaction_line_id) as transaction_line_id
    from staging.base_oracle__source_document_lines
    where not _deleted and transaction_line_id is not null
    group by _connection, document_line_id
),

promised_details as (
    select * from staging.base_oracle__promised_details
    where not _deleted
),

invoice_lines as (
    select * from staging.base_oracle__invoice_line_ids
),

named as (
    select _connection, _parent, customer_transaction_line_id, fulfill_line_id from staging.base_oracle__invoice_line_sources
    where not _deleted and fulfill_line_id is not null
    union all
    select _connection, _parent, customer_transaction_line_id, delivery_name as fulfill_line_id
    from staging.base_oracle__invoice_line_sources
    where not _deleted and delivery_name is not null
),

line_sources as (
    select distinct sources._connection, sources.fulfill_line_id, invoice_lines.invoice_id, invoice_lines.invoice_line_id
    from named as sources
    inner join invoice_lines
        on sources._connection = invoice_lines.source
        and sources._parent = invoice_lines.invoice_key
        and sources.customer_transaction_line_id = invoice_lines.transaction_line_id
),

document_lines as (
    select source, transaction_line_id as document_line, invoice_id, invoice_line_id from invoice_lines
    union all
    select
        _connection as source, fulfill_line_id as document_line, min(invoice_id) as invoice_id, min(invoice_line_id) as invoice_line_id
    from line_sources
    group by _connection, fulfill_line_id
    having count(*) = 1
),

managed as (
    select
        document_lines.source, document_lines.invoice_id, document_lines.invoice_line_id, promised_details.promised_detail_line_id
    from promised_details
    inner join source_lines
        on promised_details._connection = source_lines._connection
        and promised_details.document_line_id = source_lines.document_line_id
    inner join document_lines
        on source_lines._connection = document_lines.source
        and source_lines.transaction_line_id = document_lines.document_line
),

events as (
    select * from staging.base_oracle__satisfaction_events
    where not _deleted and processed_flag = 'Y' and coalesce(discarded_flag, 'N') <> 'Y'
),

renamed as (
    select
        managed.source || ':' || coalesce(events.satisfaction_event_id, 'line:' || managed.invoice_line_id) as recognition_id,
        managed.source as source,
        events.satisfaction_event_id as event_id,
        events._key as event_key,
        managed.invoice_id as invoice_id,
        managed.invoice_line_id as invoice_line_id,
        try_cast(substr(events.satisfaction_measurement_date, 1, 10) as date) as posting_date,
        coalesce(cast(try_cast(events.processed_amount as decimal(18, 4)) as decimal(38, 4)), try_cast(events.processed_amount as decimal(38, 4))) as amount
    from managed
    left join events
        on managed.source = events._connection
        and managed.promised_detail_line_id = events.promised_detail_line_id
)

select * from renamed
